package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// known is a leak of a vendor's documented rule. Every sequence of the theme with its moves, in this order, is one.
type known struct {
	Theme string   `json:"theme"` // part of the search
	Moves []string `json:"moves"` // names of the moves
	Why   string   `json:"why"`   // reason of the gain
	Page  string   `json:"page"`  // the vendor's page
}

//go:embed known/*.json
var lists embed.FS

// knownOf returns the known leaks of a policy by the name of its file, without the ending. Most have none.
func knownOf(name string) (all []known, err error) {
	text, err := lists.ReadFile("known/" + name + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("known leaks of %s: %w", name, err)
	}
	return all, nil
}

// within reports whether a sequence contains another one, in order.
func within(small, large []string) bool {
	for _, name := range large {
		if len(small) > 0 && small[0] == name {
			small = small[1:]
		}
	}
	return len(small) == 0
}

// split splits the found sequences into those that are not known, and the numbers of those that are.
func split(all []found, list []known) (news []found, counts []int) {
	counts = make([]int, len(list))
	for _, f := range all {
		i := slices.IndexFunc(list, func(k known) bool { return k.Theme == f.theme && within(k.Moves, f.moves()) })
		if i < 0 {
			news = append(news, f)
		} else {
			counts[i]++
		}
	}
	return news, counts
}
