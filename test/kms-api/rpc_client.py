"""Alibaba Cloud's RPC signature from Python's standard library: a line of JSON in, a line of JSON out."""
import base64, hashlib, hmac, json, sys, time, urllib.error, urllib.parse, urllib.request, uuid
from xml.etree import ElementTree


def encode(text):
    return urllib.parse.quote(str(text), safe="-_.~")


def call(request):
    parameters = {
        "Format": request["format"],
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
            return {"status": response.status, "body": read(response, request["format"])}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "body": read(error, request["format"])}


def read(response, form):
    return json.load(response) if form == "JSON" else read_element(ElementTree.fromstring(response.read()))


def read_element(element):
    """A list is the one element in another that has its name in the plural."""
    if len(element) == 0:
        return read_text(element.tag, element.text or "")
    names = {child.tag for child in element}
    if len(names) == 1 and element.tag in [f"{name}{end}" for name in names for end in ("s", "es")]:
        return {names.pop(): [read_element(child) for child in element]}
    return {child.tag: read_element(child) for child in element}


def read_text(name, text):
    if name in ("TotalCount", "PageNumber", "PageSize", "HttpStatus"):
        return int(text)
    return {"true": True, "false": False}.get(text, text)


for line in sys.stdin:
    print(json.dumps(call(json.loads(line))), flush=True)
