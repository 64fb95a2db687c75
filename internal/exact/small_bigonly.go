//go:build bigonly

package exact

// small uses no integers of 64 and 128 bits; see the other file.
const small = false
