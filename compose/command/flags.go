package command

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// The categories under which --help lists the flags of this room.
const (
	categoryLetter      = "letter"
	categoryBody        = "body"
	categoryAttachments = "attachments"
	categoryEnvelope    = "envelope"
)

// environment is the variable that sets the flag of that name, and others that mean the same.
func environment(flag string, others ...string) []string {
	return append([]string{"MXSEND_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))}, others...)
}

func text(category, name, usage string, aliases ...string) *cli.StringFlag {
	return &cli.StringFlag{Name: name, Aliases: aliases, Category: category, Usage: usage, EnvVars: environment(name)}
}

func repeated(category, name, usage string, aliases ...string) *cli.StringSliceFlag {
	return &cli.StringSliceFlag{Name: name, Aliases: aliases, Category: category, Usage: usage, EnvVars: environment(name)}
}

func toggle(category, name, usage string) *cli.BoolFlag {
	return &cli.BoolFlag{Name: name, Category: category, Usage: usage, EnvVars: environment(name)}
}

// Flags are the flags of writing a letter. The values of those that may be repeated keep their commas only in an App with
// DisableSliceFlagSeparator.
func Flags() []cli.Flag {
	from := text(categoryLetter, "from", "the author: `MAILBOX`; several, with commas, need --sender", "f", "r")
	from.EnvVars = environment("from", "EMAIL")
	date := text(categoryLetter, "date", "the letter is of `DATE`, as in RFC 5322 or RFC 3339, or @SECONDS since 1970 (default: now)")
	date.EnvVars = environment("date", "SOURCE_DATE_EPOCH")
	return []cli.Flag{
		text(categoryLetter, "subject", "the subject: `TEXT`", "s"),
		from,
		repeated(categoryLetter, "to", "a recipient besides those named without a flag: `MAILBOX`, a list of them, or @FILE"),
		repeated(categoryLetter, "cc", "a recipient of a copy: `MAILBOX`, list or @FILE", "c"),
		repeated(categoryLetter, "bcc", "a recipient whom the letter does not name: `MAILBOX`, list or @FILE", "b"),
		repeated(categoryLetter, "reply-to", "where answers go: `MAILBOX` or list"),
		text(categoryLetter, "sender", "who sends it on behalf of --from: `MAILBOX`"),
		repeated(categoryLetter, "header", "another field: `'NAME: VALUE'`; replaces what a flag says of the same field", "H"),
		repeated(categoryLetter, "in-reply-to", "the `MESSAGE-ID` of the letter that this one answers"),
		repeated(categoryLetter, "references", "the identifiers of the thread, the oldest first: `MESSAGE-IDS`"),
		date,
		text(categoryLetter, "message-id", "the letter is called `ID` (default: a new one in the domain of --from)"),
		text(categoryLetter, "boundary-seed", "boundaries and Content-IDs are made of `WORD`: with --date and --message-id, the same command gives the same letter"),
		text(categoryLetter, "importance", "`LEVEL` is high, normal or low"),
		repeated(categoryLetter, "list-unsubscribe", "how the reader leaves the list: an https: or mailto: `URI`"),
		toggle(categoryLetter, "one-click", "the https URI of --list-unsubscribe takes a POST without asking back (RFC 8058)"),
		text(categoryLetter, "auto-submitted", "no person sends it, so that no program answers: `KIND` is auto-generated, auto-replied or auto-notified (RFC 3834)"),
		toggle(categoryLetter, "bulk", "many get the same letter (Precedence: bulk)"),
		toggle(categoryLetter, "no-user-agent", "do not say that mxsend wrote the letter"),
		text(categoryLetter, "default-domain", "the `DOMAIN` of mailboxes named without one"),
		toggle(categoryLetter, "lax", "take mailboxes with dots too many, as in j..k@example.org, and quote them"),
		text(categoryBody, "body", "the words themselves: `TEXT` (default: standard input)"),
		text(categoryBody, "body-file", "read the words from `FILE`; - is standard input"),
		toggle(categoryBody, "edit", "write in $VISUAL or $EDITOR, going on from the words given; on a terminal without words this needs no flag"),
		text(categoryBody, "html", "the words as a page, from `FILE`; a text is made of it where --body and --body-file give none"),
		toggle(categoryBody, "no-text", "send the page of --html alone, without a text beside it"),
		toggle(categoryBody, "markdown", "the words are Markdown: send them as a page too"),
		toggle(categoryBody, "flowed", "let the reader lay the text out anew (format=flowed)"),
		text(categoryBody, "calendar", "an invitation or its answer, from `FILE` (iCalendar with a METHOD)"),
		toggle(categoryBody, "strip-ansi", "leave out the colours and other escapes that programs write for terminals"),
		text(categoryBody, "charset", "the words are in the charset `NAME` (default: UTF-8, or what a byte order mark says)"),
		repeated(categoryAttachments, "inline", "send `FILE[;cid=NAME][;type=TYPE][;name=NAME]` with the page, which shows it as src=\"FILE\" or src=\"cid:NAME\""),
		toggle(categoryAttachments, "binary", "send files unencoded to servers that take that (BINARYMIME), a quarter less to send"),
		toggle(categoryAttachments, "embed", "send with the page every picture of this machine that it shows"),
		toggle(categoryAttachments, "strict-names", "write file names by RFC 2231 only (Outlook shows no name then, where it is not ASCII)"),
		text(categoryEnvelope, "envelope-from", "where reports of failure go: `ADDRESS`, or <> for nowhere (default: --sender, else --from)"),
	}
}
