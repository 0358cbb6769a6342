"""Reads letters with Python's email and prints what it understood, a JSON object a letter."""
import email, email.policy, hashlib, json, sys


def boxes(message, name):
    field = message[name]
    return [] if field is None else [[said(a.display_name), said(a.addr_spec)] for a in field.addresses]


def said(text):
    """QUIRK: raw UTF-8 in a field (RFC 6532) is given out as surrogates, seen in 3.11; its octets are those that were read."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8")


def text(message, kind):
    body = message.get_body(preferencelist=(kind,))
    return None if body is None else body.get_content()


def tree(part):
    """The kind of a part with those of the parts within: multipart/mixed(text/plain image/gif)."""
    kind = part.get_content_type()
    if part.get_content_maintype() != "multipart":
        return kind
    return kind + "(" + " ".join(tree(p) for p in part.iter_parts()) + ")"


def leaves(part):
    """All that holds content; a letter within is one of them."""
    if part.get_content_maintype() != "multipart":
        return [part]
    return [leaf for p in part.iter_parts() for leaf in leaves(p)]


def octets(part):
    if part.get_content_type() == "message/rfc822":
        return part.get_content().as_bytes(policy=email.policy.SMTP.clone(refold_source="none"))
    decoded = part.get_payload(decode=True)
    if part.get("Content-Transfer-Encoding") == "quoted-printable":
        return decoded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")  # QUIRK: the CR of a line end is dropped, seen in 3.11
    return decoded


def files(message):
    return [{"name": p.get_filename() or "", "type": p.get_content_type(), "disposition": p.get_content_disposition() or "",
             "cid": str(p.get("Content-ID", "")).strip("<> "), "sha256": hashlib.sha256(octets(p)).hexdigest()}
            for p in leaves(message) if p.get_content_disposition() or p.get_content_type() not in ("text/plain", "text/html")]


def own(message):
    """The fields beyond the standards, name by name."""
    return {name.lower(): [said(str(v)) for v in message.get_all(name)] for name in message.keys() if name.lower().startswith("x-")}


for path in sys.argv[1:]:
    with open(path, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    print(json.dumps({
        "subject": m["subject"] and str(m["subject"]), "from": boxes(m, "from"), "sender": boxes(m, "sender"), "to": boxes(m, "to"), "cc": boxes(m, "cc"),
        "replyTo": boxes(m, "reply-to"), "date": int(m["date"].datetime.timestamp()), "messageId": str(m["message-id"]).strip(),
        "inReplyTo": str(m["in-reply-to"] or "").split(), "references": str(m["references"] or "").split(), "own": own(m),
        "text": text(m, "plain"), "html": text(m, "html"), "tree": tree(m), "files": files(m),
        "types": [p.get_content_type() for p in m.walk()], "defects": [repr(d) for p in m.walk() for d in p.defects],
    }))
