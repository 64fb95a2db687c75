package house_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/billingrules/billing/internal/race"
)

// The status of a subscription has one owner, which consults the table: the method become of package lifecycle.
func TestStatusHasOneOwner(t *testing.T) {
	var owners int
	checkTree(t, func(u *unit) []string {
		faults, own := statusFaults(u)
		owners += own
		return faults
	})
	if !race.On { // then the tree is one package, without the status
		assert.Equal(t, 1, owners, "assignments of the status in become")
	}
}

// statusFaults returns the assignments of a subscription's status outside become, and the number of those in it.
func statusFaults(u *unit) (faults []string, owners int) {
	if u.dir != "lifecycle" {
		return nil, 0
	}
	var owner ast.Node
	add := func(n ast.Node) {
		if owner != nil && n.Pos() >= owner.Pos() && n.End() <= owner.End() {
			owners++
			return
		}
		faults = append(faults, u.fault(n, "sets the status of a subscription: call become, which consults the table"))
	}
	inspect(u.code, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "become" && n.Recv != nil {
				owner = n
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if u.isStatus(left) {
					add(left)
				}
			}
		case *ast.IncDecStmt:
			if u.isStatus(n.X) {
				add(n)
			}
		case *ast.UnaryExpr: // a pointer assigns it elsewhere
			if n.Op == token.AND && u.isStatus(n.X) {
				add(n)
			}
		case *ast.CompositeLit:
			if isSubscription(u.info.TypeOf(n)) {
				for _, e := range n.Elts {
					if pair, named := e.(*ast.KeyValueExpr); !named || pair.Key.(*ast.Ident).Name == "Status" {
						add(e)
					}
				}
			}
		}
	})
	return faults, owners
}

// isStatus reports whether an expression is the field Status of a subscription.
func (u *unit) isStatus(e ast.Expr) bool {
	field, is := ast.Unparen(e).(*ast.SelectorExpr)
	if !is || field.Sel.Name != "Status" {
		return false
	}
	of := u.info.TypeOf(field.X)
	if p, is := of.Underlying().(*types.Pointer); is {
		of = p.Elem()
	}
	return isSubscription(of)
}

// isSubscription reports whether t is the type Subscription of package lifecycle.
func isSubscription(t types.Type) bool {
	return types.Unalias(t).String() == module+"/lifecycle.Subscription"
}

func TestStatusFaults(t *testing.T) {
	for body, faults := range map[string]int{
		`func (s *step) become(to int) { s.sub.Status = to }`:         0,
		`func become(s *step) { s.sub.Status = 1 }`:                   1,
		`func (s *step) end() { s.sub.Status = 1 }`:                   1,
		`func (s *step) end() { sub := &s.sub; (sub.Status) = 1 }`:    1,
		`func (s *step) end() { s.sub.At, s.sub.Status = 1, 2 }`:      1,
		`func (s *step) end() { s.sub.Status++ }`:                     1,
		`func (s *step) end() { p := &s.sub.Status; *p = 1 }`:         1,
		`func (s *step) end() { s.sub = Subscription{Status: 1} }`:    1,
		`func (s *step) end() { s.sub = Subscription{1, 2} }`:         2,
		`func (s *step) end() { s.sub = Subscription{At: s.sub.At} }`: 0,
		`func end(s Step) { s.Status = 1 }`:                           0,
	} {
		src := "package lifecycle\ntype Subscription struct{ Status, At int }\ntype Step struct{ Status int }\n" +
			"type step struct{ sub Subscription }\n" + body
		got, _ := statusFaults(snippet(t, "lifecycle/bad.go", src))
		assert.Len(t, got, faults, body)
	}
}
