"""Takes the notices named on the command line apart with Python's email package; prints one JSON object a line."""

import email.parser
import email.policy
import json
import quopri
import sys

POLICY = email.policy.default.clone(utf8=True, refold_source="none", linesep="\r\n", max_line_length=None)


def fields(message):
    """The fields as they read unfolded; a content type is looked at more closely than that."""
    return [[name, str(value)] for name, value in message.items() if name != "Content-Type"]


def groups(part):
    """The groups of fields of a report; Python knows only the ASCII one by name."""
    if part.get_content_type() == "message/delivery-status":
        return [fields(group) for group in part.get_payload()]
    text = part.get_payload(0).as_bytes(policy=POLICY)
    return [fields(email.message_from_bytes(group, policy=POLICY)) for group in text.split(b"\r\n\r\n") if group]


def content(part):
    """What was returned, decoded."""
    if part.get_content_maintype() == "text":
        return part.get_payload(decode=True)
    text = part.get_payload(0).as_bytes(policy=POLICY)
    if part["Content-Transfer-Encoding"] == "quoted-printable":
        return quopri.decodestring(text)
    return text


for path in sys.argv[1:]:
    with open(path, "rb") as f:
        notice = email.parser.BytesParser(policy=POLICY).parse(f)
    parts = notice.get_payload()
    print(json.dumps({
        "type": notice.get_content_type(),
        "report": notice.get_param("report-type"),
        "fields": fields(notice),
        "defects": [repr(d) for d in notice.defects] + [repr(d) for p in parts[:2] for d in p.defects],
        "types": [p.get_content_type() for p in parts],
        "words": parts[0].get_content(),
        "status": groups(parts[1]),
        "returned": content(parts[2]).decode("utf-8", "surrogateescape") if len(parts) > 2 else "",
    }))
