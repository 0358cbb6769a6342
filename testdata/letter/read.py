"""Reads letters with Python's email and prints what it understood, a JSON object a letter."""
import email, email.policy, hashlib, json, sys


def boxes(message, name):
    field = message[name]
    return [] if field is None else [[a.display_name, a.addr_spec] for a in field.addresses]


def text(message, kind):
    body = message.get_body(preferencelist=(kind,))
    return None if body is None else body.get_content()


def files(message):
    found = []
    for part in message.walk():
        name = part.get_filename()
        if name is None or part.is_multipart() and part.get_content_type() != "message/rfc822":
            continue
        octets = part.get_payload(decode=True) if not part.is_multipart() else None
        found.append({"name": name, "type": part.get_content_type(), "disposition": part.get_content_disposition(),
                      "cid": part.get("Content-ID", "").strip("<> "), "sha256": octets is not None and hashlib.sha256(octets).hexdigest() or ""})
    return found


for path in sys.argv[1:]:
    with open(path, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    print(json.dumps({
        "subject": m["subject"] and str(m["subject"]), "from": boxes(m, "from"), "to": boxes(m, "to"), "cc": boxes(m, "cc"), "replyTo": boxes(m, "reply-to"),
        "date": int(m["date"].datetime.timestamp()), "messageId": str(m["message-id"]).strip(), "text": text(m, "plain"), "html": text(m, "html"),
        "files": files(m), "types": [p.get_content_type() for p in m.walk()], "defects": [repr(d) for p in m.walk() for d in p.defects],
    }))
