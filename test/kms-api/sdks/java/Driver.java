import com.aliyun.tea.NameInMap;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaModel;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import com.aliyuncs.CommonRequest;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.RpcAcsRequest;
import com.aliyuncs.auth.AlibabaCloudCredentials;
import com.aliyuncs.auth.BasicCredentials;
import com.aliyuncs.auth.BasicSessionCredentials;
import com.aliyuncs.auth.StaticCredentialsProvider;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeMap;

/** Alibaba's SDKs for Java: a line of JSON in, a line of JSON out. Started with the name of one of them. */
public class Driver {
    static final Gson GSON = new Gson();

    static class Asked {
        String endpoint, id, secret, token, version, action;
        Map<String, String> fields;
    }

    static class Reply {
        int status;
        Object body;
        boolean typed;

        Reply(int status, Object body, boolean typed) {
            this.status = status;
            this.body = body;
            this.typed = typed;
        }
    }

    public static void main(String[] names) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Asked asked = GSON.fromJson(line, Asked.class);
            Reply reply;
            try {
                reply = names[0].equals("kms") ? byKms(asked) : byCore(asked);
            } catch (Throwable failure) {
                Throwable cause = failure instanceof java.lang.reflect.InvocationTargetException ? failure.getCause() : failure;
                reply = new Reply(0, Map.of("failed", String.valueOf(cause)), false);
            }
            System.out.write((GSON.toJson(reply) + "\n").getBytes("UTF-8"));
            System.out.flush();
        }
    }

    /** By the method that the client has for the operation where its request takes these fields, else by its general way. */
    static Reply byKms(Asked asked) throws Exception {
        Config config = new Config().setAccessKeyId(asked.id).setAccessKeySecret(asked.secret)
            .setEndpoint(asked.endpoint).setProtocol("HTTP").setRegionId("local");
        if (asked.token != null) config.setSecurityToken(asked.token);
        com.aliyun.kms20160120.Client client = new com.aliyun.kms20160120.Client(config);
        try {
            Reply typed = asked.version.equals("2016-01-20") ? callMethod(client, asked) : null;
            return typed != null ? typed : callGeneral(client, asked);
        } catch (TeaException refused) {
            Map<String, Object> data = refused.getData();
            if (data == null || data.get("Code") == null) throw refused;
            return new Reply(refused.getStatusCode(), data, false);
        }
    }

    static Reply callMethod(com.aliyun.kms20160120.Client client, Asked asked) throws Exception {
        String name = asked.action.substring(0, 1).toLowerCase() + asked.action.substring(1) + "WithOptions";
        for (Method method : client.getClass().getMethods()) {
            if (!method.getName().equals(name)) continue;
            Object[] arguments = {new RuntimeOptions()};
            if (method.getParameterCount() == 2) {
                Object request = method.getParameterTypes()[0].getDeclaredConstructor().newInstance();
                for (Map.Entry<String, String> field : asked.fields.entrySet()) {
                    if (!assign(request, field.getKey(), field.getValue())) return null;
                }
                arguments = new Object[] {request, new RuntimeOptions()};
            } else if (!asked.fields.isEmpty()) {
                return null;
            }
            try {
                Object response = method.invoke(client, arguments);
                TeaModel body = (TeaModel) response.getClass().getField("body").get(response);
                return new Reply(200, body.toMap(), true);
            } catch (java.lang.reflect.InvocationTargetException failure) {
                if (failure.getCause() instanceof TeaException refused) throw refused;
                throw failure;
            }
        }
        return null;
    }

    static boolean assign(Object request, String name, String text) throws IllegalAccessException {
        for (Field field : request.getClass().getFields()) {
            NameInMap wire = field.getAnnotation(NameInMap.class);
            if (wire == null || !wire.value().equals(name)) continue;
            Object value = valueOf(field.getType(), text);
            field.set(request, value);
            return value != null;
        }
        return false;
    }

    static Object valueOf(Class<?> type, String text) {
        if (type == String.class) return text;
        if (type == Boolean.class) return text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
        if (type == Integer.class && text.matches("\\d{1,9}")) return Integer.valueOf(text);
        if (type == Long.class && text.matches("\\d{1,12}")) return Long.valueOf(text);
        if (type != Map.class || !text.startsWith("{")) return null;
        try {
            return GSON.fromJson(text, Map.class);
        } catch (RuntimeException noMap) {
            return null;
        }
    }

    static Reply callGeneral(com.aliyun.kms20160120.Client client, Asked asked) throws Exception {
        Params params = new Params().setAction(asked.action).setVersion(asked.version).setProtocol("HTTP")
            .setPathname("/").setMethod("POST").setAuthType("AK").setStyle("RPC").setReqBodyType("formData").setBodyType("json");
        Map<String, ?> answer = client.callApi(params, new OpenApiRequest().setQuery(asked.fields), new RuntimeOptions());
        return new Reply(200, answer.get("body"), false);
    }

    /** The older SDK: an RPC request by GET, signed by HMAC-SHA1; typed ones ask for XML. */
    static Reply byCore(Asked asked) throws Exception {
        DefaultAcsClient client = new DefaultAcsClient(DefaultProfile.getProfile("local"), credentialsOf(asked));
        client.setAutoRetry(false);
        RpcAcsRequest<?> typed = asked.version.equals("2016-01-20") ? typedRequest(asked) : null;
        try {
            if (typed != null) return new Reply(200, named(client.getAcsResponse(typed)), true);
            String json = client.getCommonResponse(commonRequest(asked)).getData();
            return new Reply(200, GSON.fromJson(json, Map.class), false);
        } catch (ClientException refused) {
            Map<String, Object> body = new TreeMap<>();
            body.put("Code", refused.getErrCode());
            body.put("Message", refused.getErrMsg());
            body.put("RequestId", refused.getRequestId());
            // The exception does not say it; what is refused changes nothing, so that it may be asked again.
            return new Reply(client.doAction(commonRequest(asked).buildRequest()).getStatus(), body, typed != null);
        }
    }

    static StaticCredentialsProvider credentialsOf(Asked asked) {
        AlibabaCloudCredentials credentials = asked.token == null
            ? new BasicCredentials(asked.id, asked.secret)
            : new BasicSessionCredentials(asked.id, asked.secret, asked.token);
        return new StaticCredentialsProvider(credentials);
    }

    static CommonRequest commonRequest(Asked asked) {
        CommonRequest request = new CommonRequest();
        request.setDomain(asked.endpoint);
        request.setProtocol(ProtocolType.HTTP);
        request.setVersion(asked.version);
        request.setAction(asked.action);
        request.setRegionId("local");
        asked.fields.forEach(request::putQueryParameter);
        return request;
    }

    static RpcAcsRequest<?> typedRequest(Asked asked) throws Exception {
        RpcAcsRequest<?> request;
        try {
            Class<?> type = Class.forName("com.aliyuncs.kms.model.v20160120." + asked.action + "Request");
            request = (RpcAcsRequest<?>) type.getDeclaredConstructor().newInstance();
        } catch (ClassNotFoundException none) {
            return null;
        }
        for (Map.Entry<String, String> field : asked.fields.entrySet()) {
            if (!set(request, field.getKey(), field.getValue())) return null;
        }
        request.setSysEndpoint(asked.endpoint);
        request.setSysProtocol(ProtocolType.HTTP);
        return request;
    }

    static boolean set(Object request, String name, String text) throws Exception {
        for (Method method : request.getClass().getDeclaredMethods()) {
            if (!method.getName().equals("set" + name)) continue;
            Object value = valueOf(method.getParameterTypes()[0], text);
            if (value == null) return false;
            method.invoke(request, value);
            return true;
        }
        return false;
    }

    /** The fields of an answer by their names on the wire: of a list, the one element in another that is its plural. */
    static JsonElement named(Object response) {
        return rename(GSON.toJsonTree(response));
    }

    static JsonElement rename(JsonElement element) {
        if (!element.isJsonObject()) return element;
        JsonObject renamed = new JsonObject();
        for (Map.Entry<String, JsonElement> field : element.getAsJsonObject().entrySet()) {
            String name = field.getKey().substring(0, 1).toUpperCase() + field.getKey().substring(1);
            renamed.add(name, field.getValue().isJsonArray() ? list(name, field.getValue()) : rename(field.getValue()));
        }
        return renamed;
    }

    static JsonElement list(String name, JsonElement items) {
        com.google.gson.JsonArray renamed = new com.google.gson.JsonArray();
        for (JsonElement item : items.getAsJsonArray()) renamed.add(rename(item));
        JsonObject outer = new JsonObject();
        outer.add(name.equals("Aliases") ? "Alias" : name.replaceAll("s$", ""), renamed);
        return outer;
    }
}
