package fault

import "strconv"

// At returns the path of an element of a list, "items[2]".
func At(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
