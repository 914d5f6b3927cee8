"""Alibaba Cloud's RPC signature from Python's standard library: a line of JSON in, a line of JSON out."""
import base64, hashlib, hmac, json, sys, time, urllib.error, urllib.parse, urllib.request, uuid


def encode(text):
    return urllib.parse.quote(str(text), safe="-_.~")


def call(request):
    parameters = {
        "Format": "JSON",
        "Version": request["version"],
        "Action": request["action"],
        "AccessKeyId": request["id"],
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()),
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **request["fields"],
    }
    if request.get("token"):
        parameters["SecurityToken"] = request["token"]
    canonical = "&".join(f"{encode(name)}={encode(parameters[name])}" for name in sorted(parameters))
    to_sign = f"GET&%2F&{encode(canonical)}".encode()
    key = (request["secret"] + "&").encode()
    signature = base64.b64encode(hmac.new(key, to_sign, hashlib.sha1).digest())
    url = f"http://{request['endpoint']}/?{canonical}&Signature={encode(signature.decode())}"
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return {"status": response.status, "body": json.load(response)}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "body": json.load(error)}


for line in sys.stdin:
    print(json.dumps(call(json.loads(line))), flush=True)
