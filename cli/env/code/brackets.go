package code

// close gives the position of the bracket that closes the one at i, or the end.
func (t *text) close(i int) int {
	t.pair()
	if !t.in(i) || t.pairs[i] < int32(i) { //nolint:gosec // as put
		return len(t.tokens)
	}
	return int(t.pairs[i])
}

// open gives the position of the bracket that opens what is closed at i, or -1.
func (t *text) open(i int) int {
	t.pair()
	if !t.in(i) || t.pairs[i] > int32(i) { //nolint:gosec // as put
		return -1
	}
	return int(t.pairs[i])
}

// pair finds all brackets' partners at once.
func (t *text) pair() {
	if len(t.pairs) == len(t.tokens) {
		return
	}
	t.pairs = make([]int32, len(t.tokens))
	var stack []int32
	for i := range t.tokens {
		at := int32(i)
		t.pairs[i] = -1
		switch t.bracketAt(i) {
		case '(', '[', '{':
			stack = append(stack, at)
		case ')', ']', '}':
			if n := len(stack); n > 0 {
				t.pairs[i], t.pairs[stack[n-1]] = stack[n-1], at
				stack = stack[:n-1]
			}
		}
	}
}

// bracketAt gives the bracket at i: "${" opens as "{" does.
func (t *text) bracketAt(i int) byte {
	if l := t.tokens[i]; l.kind == punct && l.end > l.at {
		return t.data[l.end-1]
	}
	return 0
}
