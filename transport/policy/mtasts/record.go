package mtasts

import (
	"errors"
	"strings"
)

// parseRecords reads the TXT records at _mta-sts: the id of the one that is of our version, empty when there is none. More than
// one mean nothing. RFC 8461 §3.1
func parseRecords(texts []string) (id string, err error) {
	var ours []string
	for _, text := range texts {
		if isRecord(text) {
			ours = append(ours, text)
		}
	}
	switch len(ours) {
	case 0:
		return "", nil
	case 1:
		return parseRecord(ours[0])
	}
	return "", errors.New("it has several MTA-STS records, which count as none")
}

func isRecord(text string) bool {
	version, _, _ := strings.Cut(text, ";")
	return strings.TrimRight(version, " \t") == "v=STSv1"
}

// parseRecord reads the fields; those that are not known are left alone, the first of several of a name counts.
func parseRecord(text string) (string, error) {
	for field := range strings.SplitSeq(text, ";") {
		name, value, found := strings.Cut(strings.Trim(field, " \t"), "=")
		if !found || name != "id" {
			continue
		}
		if !isID(value) {
			return "", errors.New("its MTA-STS record has no proper id")
		}
		return value, nil
	}
	return "", errors.New("its MTA-STS record has no id")
}

func isID(s string) bool {
	return len(s) >= 1 && len(s) <= 32 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
