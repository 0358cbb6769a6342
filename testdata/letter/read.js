// Reads letters with mailparser and prints what it understood, a JSON object a letter.
const { MailParser, simpleParser } = require("mailparser");
const { createHash } = require("crypto");
const { readFileSync } = require("fs");

const boxes = (field) => [].concat(field || []).flatMap((f) => f.value).flatMap((v) => v.group || [v]).filter((v) => v.address).map((v) => [v.name, v.address]);
const ids = (said) => [].concat(said || []).flatMap((s) => s.split(/\s+/));

// The kind of a part with those of the parts within: multipart/mixed(text/plain image/gif).
const kinds = (node) => node.contentType.startsWith("multipart/") ? `${node.contentType}(${node.children.map(kinds).join(" ")})` : node.contentType;

const tree = (letter) => new Promise((resolve, reject) => {
  const parser = new MailParser();
  parser.on("data", (part) => {
    if (part.type !== "attachment") return;
    part.content.on("end", () => part.release());
    part.content.resume();
  });
  parser.on("error", reject);
  parser.on("end", () => resolve(kinds(parser.tree)));
  parser.end(letter);
});

(async () => {
  for (const path of process.argv.slice(2)) {
    const letter = readFileSync(path);
    const m = await simpleParser(letter, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
    console.log(JSON.stringify({
      subject: m.subject, from: boxes(m.from), sender: boxes(m.headers.get("sender")), to: boxes(m.to), cc: boxes(m.cc), replyTo: boxes(m.replyTo),
      date: Math.floor(m.date.getTime() / 1000), messageId: m.messageId, inReplyTo: ids(m.inReplyTo), references: ids(m.references),
      text: m.text, html: m.html || null, tree: await tree(letter),
      files: m.attachments.map((a) => ({ name: a.filename || "", type: a.contentType, disposition: a.contentDisposition || "", cid: a.cid || "",
        sha256: createHash("sha256").update(a.content).digest("hex") })),
    }));
  }
})();
