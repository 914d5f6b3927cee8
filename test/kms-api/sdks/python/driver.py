"""Alibaba's SDKs for Python: a line of JSON in, a line of JSON out. Started with the name of one of them."""
import json, re, sys


def by_kms(request):
    """By the method that the client has for the operation where its request takes these fields, else by its general way."""
    from alibabacloud_kms20160120 import models
    from alibabacloud_kms20160120.client import Client
    from alibabacloud_tea_openapi import utils_models
    from darabonba.exceptions import DaraException
    from darabonba.runtime import RuntimeOptions

    config = utils_models.Config(
        access_key_id=request["id"], access_key_secret=request["secret"], security_token=request.get("token"),
        endpoint=request["endpoint"], protocol="HTTP", region_id="local")
    action, fields = request["action"], request["fields"]
    try:
        client = Client(config)
        typed = typed_request(models, action, fields) if request["version"] == "2016-01-20" else None
        if typed is not None:
            method = getattr(client, snake(action) + "_with_options")
            answer = method(typed, RuntimeOptions()) if typed else method(RuntimeOptions())
            return {"status": 200, "body": answer.body.to_map(), "typed": True}
        params = utils_models.Params(
            action=action, version=request["version"], protocol="HTTP", pathname="/", method="POST", auth_type="AK",
            style="RPC", req_body_type="formData", body_type="json")
        body = client.call_api(params, utils_models.OpenApiRequest(query=fields), RuntimeOptions())["body"]
        return {"status": 200, "body": body}
    except DaraException as error:
        return refusal(error)


def refusal(error):
    data = getattr(error, "data", None) or {}
    if "Code" not in data:
        raise error
    return {"status": int(data["HttpStatus"]), "body": data}


def typed_request(models, action, fields):
    """The request of an operation, `()` for one that takes nothing, None if there is none that takes these fields."""
    model = getattr(models, action + "Request", None)
    if model is None:
        return () if not fields and hasattr(models, action + "Response") else None
    typed = model()
    for name, value in fields.items():
        attribute = snake(name)
        if not hasattr(typed, attribute):
            return None
        typed_value = convert(model, attribute, value)
        if typed_value is None:
            return None
        setattr(typed, attribute, typed_value)
    return typed if sent_as(typed, fields) else None


def sent_as(typed, fields):
    return set(typed.to_map()) == set(fields)


def convert(model, attribute, value):
    annotation = str(model.__init__.__annotations__.get(attribute, "str"))
    if "Dict" in annotation or annotation == "dict":
        try:
            parsed = json.loads(value)
            return parsed if isinstance(parsed, dict) else None
        except ValueError:
            return None
    if "int" in annotation:
        return int(value) if value.isdigit() else None
    if "bool" in annotation:
        return {"true": True, "false": False}.get(value)
    return value if "str" in annotation else None


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def by_core(request):
    """The older SDK: an RPC request by GET, signed by HMAC-SHA1."""
    from aliyunsdkcore.acs_exception.exceptions import ServerException
    from aliyunsdkcore.auth.credentials import StsTokenCredential
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkcore.request import CommonRequest

    if request.get("token"):
        credential = StsTokenCredential(request["id"], request["secret"], request["token"])
        client = AcsClient(region_id="local", credential=credential, auto_retry=False)
    else:
        client = AcsClient(request["id"], request["secret"], "local", auto_retry=False)
    asked = CommonRequest(domain=request["endpoint"], version=request["version"], action_name=request["action"])
    asked.set_protocol_type("http")
    asked.set_accept_format("JSON")
    for name, value in request["fields"].items():
        asked.add_query_param(name, value)
    try:
        return {"status": 200, "body": json.loads(client.do_action_with_exception(asked))}
    except ServerException as error:
        body = {"Code": error.error_code, "Message": error.message, "RequestId": error.request_id}
        return {"status": error.http_status, "body": body}


drivers = {"kms": by_kms, "core": by_core}
call = drivers[sys.argv[1]]
for line in sys.stdin:
    try:
        print(json.dumps(call(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"status": 0, "body": {"failed": f"{type(error).__name__}: {error}"}}), flush=True)
