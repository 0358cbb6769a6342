"""Verify every DKIM signature of the letter on standard input with dkimpy (Debian: python3-dkim).

Usage: verify.py DNS
DNS is a file of records, a name and a value on each line. One line is printed for each signature: its selector, and "good"
or "bad". Exit code 0 if there are signatures and all are good.
"""

import sys

import dkim


def main():
    records = {}
    with open(sys.argv[1], "rb") as lines:
        for line in lines:
            name, value = line.strip().split(b" ", 1)
            records[name + b"."] = value
    message = sys.stdin.buffer.read()
    verifier = dkim.DKIM(message, minkey=1024)
    count = sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)
    failed = count == 0
    for index in range(count):
        try:
            good = verifier.verify(idx=index, dnsfunc=lambda name, timeout=5: records.get(name))
        except dkim.DKIMException as reason:
            print(reason, file=sys.stderr)
            good = False
        selector = verifier.signature_fields.get(b"s", b"?").decode()
        print(selector, "good" if good else "bad")
        failed = failed or not good
    sys.exit(failed)


main()
