package jsonfault

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fault returns a fault that stands at an offset.
func (f *File) fault(offset int64, path, reason string) Fault {
	offset = max(0, min(offset, int64(len(f.data))))
	line := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset })
	return Fault{
		File: f.name, Line: line, Column: f.characters(offset) - f.characters(f.lines[line-1]) + 1, Path: path, Reason: reason,
	}
}

const block = 1024 // bytes, of which the characters are counted once

// characters returns how many begin before an offset.
func (f *File) characters(offset int64) int {
	return f.counts[offset/block] + begins(f.data[offset/block*block:offset])
}

// begins returns how many characters begin in a text.
func begins(data []byte) (n int) {
	for _, b := range data {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

// At returns the fault of the field that a path names: it stands where the field's value does, or the nearest that holds it. The path is as
// in Go and JavaScript, "events[3].change.quantity"; "" is the file as a whole.
func (f *File) At(path, reason string) Fault {
	if f.root == nil {
		return Fault{File: f.name, Path: path, Reason: reason}
	}
	at := f.root
	for _, step := range steps(path) {
		next := at.step(step)
		if next == nil {
			break
		}
		at = next
	}
	return f.fault(at.start, path, reason)
}

// Has reports whether something stands at the path.
func (f *File) Has(path string) bool { return f.find(path) != nil }

// Text returns the text that stands at the path, and false where something else does, or nothing.
func (f *File) Text(path string) (string, bool) {
	n := f.find(path)
	if n == nil || n.kind != text {
		return "", false
	}
	return n.text, true
}

// List reports whether the file as a whole is a list.
func (f *File) List() bool { return f.root != nil && f.root.kind == array }

// Len returns the length of the list at the path, and 0 if there is no list.
func (f *File) Len(path string) int {
	if n := f.find(path); n != nil && n.kind == array {
		return len(n.items)
	}
	return 0
}

// Names returns the names of the fields of the object at the path in file order, each once.
func (f *File) Names(path string) (names []string) {
	n := f.find(path)
	if n == nil || n.kind != object {
		return nil
	}
	for i, m := range n.members {
		if n.member(m.name) == &n.members[i] {
			names = append(names, m.name)
		}
	}
	return names
}

// find returns what stands at the path, or nil.
func (f *File) find(path string) *node {
	at := f.root
	for _, step := range steps(path) {
		if at == nil {
			return nil
		}
		at = at.step(step)
	}
	return at
}

// step returns what a name or an index leads to, and nil where it leads nowhere.
func (n *node) step(step string) *node {
	if n.kind == object {
		if m := n.member(step); m != nil {
			return m.value
		}
		return nil
	}
	i, err := strconv.Atoi(step)
	if err != nil || n.kind != array || i < 0 || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}

// steps returns the names and indices of a path.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}
