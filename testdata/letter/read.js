// Reads letters with mailparser and prints what it understood, a JSON object a letter.
const { simpleParser } = require("mailparser");
const { createHash } = require("crypto");
const { readFileSync } = require("fs");

const boxes = (field) => [].concat(field || []).flatMap((f) => f.value).flatMap((v) => v.group || [v]).filter((v) => v.address).map((v) => [v.name, v.address]);

(async () => {
  for (const path of process.argv.slice(2)) {
    const m = await simpleParser(readFileSync(path), { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
    console.log(JSON.stringify({
      subject: m.subject, from: boxes(m.from), to: boxes(m.to), cc: boxes(m.cc), replyTo: boxes(m.replyTo),
      date: Math.floor(m.date.getTime() / 1000), messageId: m.messageId, text: m.text, html: m.html || null,
      files: m.attachments.map((a) => ({ name: a.filename, type: a.contentType, disposition: a.contentDisposition, cid: a.cid || "",
        sha256: createHash("sha256").update(a.content).digest("hex") })),
    }));
  }
})();
