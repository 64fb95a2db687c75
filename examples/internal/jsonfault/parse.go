package jsonfault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxDepth is the deepest nesting of lists and objects that [Parse] accepts.
const maxDepth = 100

// File is a parsed file.
type File struct {
	name   string
	data   []byte
	lines  []int64 // offset of the start of each line
	counts []int   // number of characters that start before each block
	root   *node   // nil if the text is not JSON
}

// Parse reads the text of a file. If the text is not JSON, Parse returns one fault at the first error. Lists and
// objects may be nested at most 100 deep.
func Parse(name string, data []byte) (*File, []Fault) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors write a byte order mark
	f := &File{name: name, data: data, lines: []int64{0}, counts: []int{0}}
	for i := block; i <= len(data); i += block {
		f.counts = append(f.counts, f.counts[len(f.counts)-1]+begins(data[i-block:i]))
	}
	for i, b := range data {
		if b == '\n' {
			f.lines = append(f.lines, int64(i)+1)
		}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return f, []Fault{{File: name, Reason: "the file is empty"}}
	}
	if at := invalid(data); at >= 0 {
		return f, []Fault{f.fault(at, "", "must be UTF-8 text")}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return f, []Fault{f.syntax(err)}
	}
	p := parser{file: f, in: json.NewDecoder(bytes.NewReader(data))}
	p.in.UseNumber()
	root, err := p.value(1)
	if err != nil {
		return f, []Fault{f.fault(p.at, "", err.Error())}
	}
	f.root = root
	return f, nil
}

// Missing returns an empty File for a file that could not be read, and a fault with the reason.
func Missing(name, why string) (*File, []Fault) {
	return &File{name: name}, []Fault{{File: name, Reason: why}}
}

// Parsed reports whether the text of the file is JSON.
func (f *File) Parsed() bool { return f.root != nil }

// invalid returns the offset of the first byte that is not valid UTF-8, or -1.
func invalid(data []byte) int64 {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return int64(i)
		}
		i += size
	}
	return -1
}

// syntax returns the fault of a text that is not JSON.
func (f *File) syntax(err error) Fault {
	var wrong *json.SyntaxError
	if !errors.As(err, &wrong) {
		return f.fault(0, "", err.Error())
	}
	at := wrong.Offset - 1
	if int(wrong.Offset) >= len(f.data) && wrong.Error() == "unexpected end of JSON input" {
		at = int64(len(bytes.TrimRight(f.data, " \t\r\n")))
	}
	return f.fault(at, "", wrong.Error())
}

// parser builds the tree of a text that is valid JSON.
type parser struct {
	file *File
	in   *json.Decoder
	at   int64 // offset of the last token
}

// token returns the next token and notes its offset.
func (p *parser) token() (json.Token, error) {
	p.at = p.in.InputOffset()
	for p.at < int64(len(p.file.data)) && bytes.IndexByte([]byte(" \t\r\n,:"), p.file.data[p.at]) >= 0 {
		p.at++
	}
	return p.in.Token()
}

// value returns the next value.
func (p *parser) value(depth int) (*node, error) {
	t, err := p.token()
	if err != nil {
		return nil, err
	}
	n := &node{start: p.at}
	switch v := t.(type) {
	case nil:
		n.kind = null
	case bool:
		n.kind, n.text = boolean, fmt.Sprint(v)
	case json.Number:
		n.kind, n.text = number, v.String()
	case string:
		n.kind, n.text = text, v
	case json.Delim:
		if depth > maxDepth {
			return nil, fmt.Errorf("lists and objects must be nested at most %d deep", maxDepth)
		}
		if n.kind = array; v == '{' {
			n.kind, n.first = object, map[string]int{}
		}
		if err := p.inside(n, depth); err != nil {
			return nil, err
		}
	}
	n.end = p.in.InputOffset()
	return n, nil
}

// inside reads the elements of a list or the members of an object, and its closing bracket.
func (p *parser) inside(n *node, depth int) error {
	for p.in.More() {
		var m member
		if n.kind == object {
			t, err := p.token()
			if err != nil {
				return err
			}
			m.name, _ = t.(string)
			m.start = p.at
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		if n.kind == array {
			n.items = append(n.items, value)
			continue
		}
		m.value = value
		if _, twice := n.first[m.name]; !twice {
			n.first[m.name] = len(n.members)
		}
		n.members = append(n.members, m)
	}
	_, err := p.token()
	return err
}
