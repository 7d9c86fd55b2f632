package code

// schema finds the names in what checks the whole environment: zod's schema.parse(process.env), envalid's
// cleanEnv(process.env, {...}), and t3-env's createEnv({server: {...}, runtimeEnv: process.env}).
func (t *text) schema(from, end int) {
	switch {
	case t.is(from-1, "(") && t.oneOf(from-2, "parse", "safeParse", "parseAsync") && t.is(from-3, "."):
		t.parsed(from - 4)
	case t.is(from-2, "cleanEnv") && t.are(end, ",", "{"):
		t.keys(end + 1)
	case t.is(from-1, ":") && t.oneOf(from-2, "runtimeEnv", "experimental__runtimeEnv"):
		brace := from - 2
		for brace >= 0 && !t.is(brace, "{") {
			if t.oneOf(brace, "}", ")", "]") {
				brace = t.open(brace)
			}
			brace--
		}
		if brace < 0 {
			return
		}
		t.parts(brace, func(_, from, _ int) {
			if t.oneOf(from, "server", "client", "shared") && t.are(from+1, ":", "{") {
				t.keys(from + 2)
			}
		})
	}
}

// parsed is the schema that ends at i: z.object({...}), or a variable that is set to one.
func (t *text) parsed(i int) {
	if t.is(i, ")") {
		if open := t.open(i); t.is(open+1, "{") {
			t.keys(open + 1)
		}
		return
	}
	if !t.isKind(i, word) {
		return
	}
	if t.asked++; t.asked > maxAsked {
		return
	}
	name := t.string(i)
	for at := range t.tokens {
		if !t.is(at, name) || !t.is(at+1, "=") {
			continue
		}
		for n := at + 2; n < at+10; n++ {
			if t.are(n, "(", "{") {
				t.keys(n + 1)
				return
			}
		}
	}
}

// keys are those of an object that are written as variables are.
func (t *text) keys(brace int) {
	t.parts(brace, func(_, from, _ int) {
		if (t.isKind(from, word) || t.isKind(from, quoted)) && t.is(from+1, ":") && shouted(t.string(from)) {
			t.name(from)
		}
	})
}
