package invoice

// Reseal returns the invoice with the seal that a forger would compute: of what it says now.
func Reseal(inv Invoice) (Invoice, error) {
	was, first := inv, inv.first()
	if len(was.Events) == 0 && was.Status == Drafted || len(was.Events) > 0 && was.Events[0].Kind == Issued {
		first = Drafted
	}
	var err error
	inv.Seal, err = inv.seal(first)
	return inv, err
}
