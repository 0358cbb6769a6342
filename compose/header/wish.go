package header

import "strings"

// Importance writes how urgent a letter is: "high", "normal" or "low", in letters of either case.
// QUIRK: RFC 2156 §5.3.6 knows Importance; Outlook and most web mailers look at the other two, which no RFC knows.
func Importance(level string) ([]Field, error) {
	var number, word string
	switch level = strings.ToLower(level); level {
	case "high":
		number, word = "1", "High"
	case "normal":
		number, word = "3", "Normal"
	case "low":
		number, word = "5", "Low"
	default:
		return nil, fail("Importance", "%q is not high, normal or low", printable(level))
	}
	var fields []Field
	for _, p := range [][2]string{{"Importance", level}, {"X-Priority", number}, {"X-MSMail-Priority", word}} {
		f, err := Text(p[0], p[1])
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// Bulk says that many get the same letter, so that no vacation program answers it.
// QUIRK: no RFC defines Precedence (RFC 2076 §3.9 discourages it); list managers write it, and programs heed it.
func Bulk() (Field, error) { return Text("Precedence", "bulk") }

// AutoSubmitted says that no person sent the letter, so that no program answers it: "auto-generated", "auto-replied",
// "auto-notified", or "no". RFC 3834 §5, RFC 5436 §2.7.1
func AutoSubmitted(kind string) (Field, error) {
	switch kind {
	case "auto-generated", "auto-replied", "auto-notified", "no":
		return Text("Auto-Submitted", kind)
	}
	return Field{}, fail("Auto-Submitted", "%q is not auto-generated, auto-replied, auto-notified or no", printable(kind))
}
