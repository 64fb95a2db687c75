package invoice

// Reseal returns the invoice with the seal that a forger would compute: of what it says now.
func Reseal(inv Invoice) (Invoice, error) {
	first := inv.first()
	if len(inv.Events) == 0 && inv.Status == Drafted || len(inv.Events) > 0 && inv.Events[0].Kind == Issued {
		first = Drafted
	}
	var err error
	inv.Seal, err = inv.seal(first)
	return inv, err
}
