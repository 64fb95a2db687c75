package jsonfault

import "strings"

// nearest returns the known name that is most similar to a misspelled one, or "" if none is similar.
func nearest(name string, names []string) string {
	best, closest := "", 3
	for _, n := range names {
		if d := distance(strings.ToLower(name), n); d < closest && d <= max(1, len(n)/3) {
			best, closest = n, d
		}
	}
	return best
}

// distance returns the number of letters to change, add or drop to turn one word into the other, at most 3.
func distance(a, b string) int {
	const far = 3
	if len(a) > len(b)+far || len(b) > len(a)+far {
		return far
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return min(row[len(b)], far)
}
