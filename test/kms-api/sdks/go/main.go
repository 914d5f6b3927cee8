// Alibaba's SDKs for Go: a line of JSON in, a line of JSON out. Started with the name of one of them.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	kms "github.com/alibabacloud-go/kms-20160120/v3/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
)

type asked struct {
	Endpoint, ID, Secret, Token, Version, Action string
	Fields                                       map[string]string
}

type reply struct {
	Status int            `json:"status"`
	Body   map[string]any `json:"body"`
	Typed  bool           `json:"typed,omitempty"`
}

func main() {
	call := map[string]func(asked) (reply, error){"kms": byKms, "core": byCore}[os.Args[1]]
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var request asked
		err := json.Unmarshal(lines.Bytes(), &request)
		var answer reply
		if err == nil {
			answer, err = call(request)
		}
		if err != nil {
			answer = reply{Body: map[string]any{"failed": err.Error()}}
		}
		line, _ := json.Marshal(answer)
		fmt.Println(string(line))
	}
}

// By the method that the client has for the operation where its request takes these fields, else by its general way.
func byKms(request asked) (reply, error) {
	config := &openapi.Config{
		AccessKeyId: tea.String(request.ID), AccessKeySecret: tea.String(request.Secret),
		Endpoint: tea.String(request.Endpoint), Protocol: tea.String("HTTP"), RegionId: tea.String("local"),
	}
	if request.Token != "" {
		config.SecurityToken = tea.String(request.Token)
	}
	client, err := kms.NewClient(config)
	if err != nil {
		return reply{}, err
	}
	body, typed, err := callMethod(client, request)
	if !typed {
		body, err = callGeneral(client, request)
	}
	var refused *tea.SDKError
	if errors.As(err, &refused) {
		var data map[string]any
		if json.Unmarshal([]byte(tea.StringValue(refused.Data)), &data) != nil || data["Code"] == nil {
			return reply{}, err
		}
		return reply{Status: tea.IntValue(refused.StatusCode), Body: data}, nil
	}
	return reply{Status: 200, Body: body, Typed: typed}, err
}

func callMethod(client *kms.Client, request asked) (map[string]any, bool, error) {
	method := reflect.ValueOf(client).MethodByName(request.Action + "WithOptions")
	if !method.IsValid() || request.Version != "2016-01-20" {
		return nil, false, nil
	}
	runtime := reflect.ValueOf(&util.RuntimeOptions{})
	arguments := []reflect.Value{runtime}
	if method.Type().NumIn() == 2 {
		typed := reflect.New(method.Type().In(0).Elem())
		for name, value := range request.Fields {
			field := typed.Elem().FieldByName(name)
			if !field.IsValid() || !assign(field, value) {
				return nil, false, nil
			}
		}
		arguments = []reflect.Value{typed, runtime}
	} else if len(request.Fields) > 0 {
		return nil, false, nil
	}
	results := method.Call(arguments)
	if err, isError := results[1].Interface().(error); isError && err != nil {
		return nil, true, err
	}
	return tea.ToMap(results[0].Elem().FieldByName("Body").Interface()), true, nil
}

func assign(field reflect.Value, text string) bool {
	switch value := field.Addr().Interface().(type) {
	case **string:
		*value = tea.String(text)
	case **bool:
		*value = tea.Bool(text == "true")
		return text == "true" || text == "false"
	case **int32:
		number, err := strconv.ParseInt(text, 10, 32)
		*value = tea.Int32(int32(number))
		return err == nil
	case **int64:
		number, err := strconv.ParseInt(text, 10, 64)
		*value = tea.Int64(number)
		return err == nil
	case *map[string]any:
		return json.Unmarshal([]byte(text), value) == nil
	default:
		return false
	}
	return true
}

func callGeneral(client *kms.Client, request asked) (map[string]any, error) {
	query := map[string]*string{}
	for name, value := range request.Fields {
		query[name] = tea.String(value)
	}
	params := &openapi.Params{
		Action: tea.String(request.Action), Version: tea.String(request.Version), Protocol: tea.String("HTTP"),
		Pathname: tea.String("/"), Method: tea.String("POST"), AuthType: tea.String("AK"), Style: tea.String("RPC"),
		ReqBodyType: tea.String("formData"), BodyType: tea.String("json"),
	}
	answer, err := client.CallApi(params, &openapi.OpenApiRequest{Query: query}, &util.RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	body, _ := answer["body"].(map[string]any)
	return body, nil
}

// The older SDK: an RPC request, signed by HMAC-SHA1.
func byCore(request asked) (reply, error) {
	var credential auth.Credential = credentials.NewAccessKeyCredential(request.ID, request.Secret)
	if request.Token != "" {
		credential = credentials.NewStsTokenCredential(request.ID, request.Secret, request.Token)
	}
	client, err := sdk.NewClientWithOptions("local", sdk.NewConfig().WithAutoRetry(false).WithScheme("HTTP"), credential)
	if err != nil {
		return reply{}, err
	}
	common := requests.NewCommonRequest()
	common.Method, common.Scheme, common.Domain = "POST", "http", request.Endpoint
	common.Version, common.ApiName = request.Version, request.Action
	for name, value := range request.Fields {
		common.QueryParams[name] = value
	}
	response, err := client.ProcessCommonRequest(common)
	var refused sdkerrors.Error
	if errors.As(err, &refused) && refused.HttpStatus() > 0 {
		body := map[string]any{"Code": refused.ErrorCode(), "Message": refused.Message()}
		if server, isServer := refused.(*sdkerrors.ServerError); isServer {
			body["RequestId"] = server.RequestId()
		}
		return reply{Status: refused.HttpStatus(), Body: body}, nil
	}
	if err != nil {
		return reply{}, err
	}
	var body map[string]any
	err = json.Unmarshal(response.GetHttpContentBytes(), &body)
	return reply{Status: response.GetHttpStatus(), Body: body}, err
}
