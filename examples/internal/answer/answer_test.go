package answer_test

import (
	"testing"

	"github.com/billingrules/billing/examples/internal/answer"
)

func TestReadRejectsUnknownFields(t *testing.T) {
	type file struct {
		Row string `json:"row"`
	}
	for text, good := range map[string]bool{`{"row":"K2"}`: true, `{}`: true, ``: false, `[]`: false, `{"rwo":"K2"}`: false, `{"row":2}`: false} {
		if v, err := answer.Read[file]([]byte(text)); (err == nil) != good {
			t.Errorf("%s is read as %+v, %v", text, v, err)
		}
	}
}
