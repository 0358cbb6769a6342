package compose

import (
	"strings"

	"mxsend/attach"
	"mxsend/attach/encode"
	"mxsend/compose/header"
)

// file makes a part of a file: its type and name, its encoding, and what the reader shall do with it.
func (c *composer) file(f *attach.Part, disposition string) (*part, error) {
	p := &part{content: f, encoding: f.Encoding}
	if c.binary && f.Encoding == encode.Base64 {
		p.content, p.encoding = unencoded{f}, encode.Binary
	}
	var params []header.Param
	if f.Charset != "" && strings.HasPrefix(string(f.Type), "text/") {
		params = append(params, header.Param{Name: "charset", Value: f.Charset})
	}
	// The name stands here too, for readers that do not look at the disposition. RFC 2045 §5.1 has no such parameter.
	params = append(params, header.Param{Name: "name", Value: f.Name, Legacy: !c.draft.StrictNames})
	if err := p.describe(c.writer, string(f.Type), params...); err != nil {
		return nil, err
	}
	// RFC 2183 §2.3
	err := p.field(c.writer, "Content-Disposition", disposition, header.Param{Name: "filename", Value: f.Name})
	return p, err
}
