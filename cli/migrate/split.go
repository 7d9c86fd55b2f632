package migrate

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Statement is one SQL statement of a file, without the comments around it and without its semicolon.
type Statement struct {
	SQL    string
	Offset int // of its first byte in the file
	Line   int // of its first character, from 1
	Column int // of its first character, from 1, in characters

	words []string // its first words in lower case, outside of parentheses: enough to know what it is
}

// keptWords is how many words of a statement are looked at.
const keptWords = 16

// Split cuts SQL into its statements. Semicolons in strings, comments, parentheses and the bodies of BEGIN ATOMIC do
// not end one. An error is about a place in src that Postgres would not read either, or a command of psql.
func Split(src []byte) ([]Statement, error) {
	sp := splitter{src: src, line: 1}
	for at := 0; at < len(src); {
		t, err := scan(src, at)
		if err != nil {
			return nil, err
		}
		if t.kind == backslash {
			return nil, &scanError{at, `\ begins a command of psql, and a migration is plain SQL`}
		}
		sp.take(t)
		at = t.end
	}
	sp.finish()
	return sp.done, nil
}

// splitter puts tokens together to statements.
type splitter struct {
	src  []byte
	done []Statement

	open       bool // a statement has begun
	start, end int
	words      []string
	last       string // the last word, lower case
	parens     int
	atomic     int // depth of BEGIN ATOMIC and of CASE in it

	line, column, counted int // lines, and characters of the last one, are counted up to offset counted
}

func (sp *splitter) take(t token) {
	switch t.kind {
	case space, lineComment, blockComment:
		return
	case semicolon:
		if sp.parens == 0 && sp.atomic == 0 {
			sp.finish()
			return
		}
	case opening:
		sp.parens++
	case closing:
		sp.parens = max(0, sp.parens-1)
	case word, quoted, backslash, other:
	}
	if !sp.open {
		sp.open, sp.start = true, t.start
	}
	sp.end = t.end
	if t.kind == word && sp.parens == 0 {
		sp.word(strings.ToLower(string(sp.src[t.start:t.end])))
	}
}

func (sp *splitter) word(w string) {
	if len(sp.words) < keptWords {
		sp.words = append(sp.words, w)
	}
	if makesRoutine(sp.words) {
		switch {
		case w == "atomic" && sp.last == "begin" && sp.atomic == 0:
			sp.atomic = 1
		case w == "case" && sp.atomic > 0:
			sp.atomic++
		case w == "end" && sp.atomic > 0:
			sp.atomic--
		}
	}
	sp.last = w
}

// makesRoutine reports whether a statement begins with create [or replace] function or procedure.
func makesRoutine(words []string) bool {
	if len(words) < 2 || words[0] != "create" {
		return false
	}
	rest := words[1:]
	if len(rest) > 2 && rest[0] == "or" && rest[1] == "replace" {
		rest = rest[2:]
	}
	return rest[0] == "function" || rest[0] == "procedure"
}

func (sp *splitter) finish() {
	if sp.open {
		line, column := sp.place(sp.start)
		sp.done = append(sp.done, Statement{
			SQL: string(sp.src[sp.start:sp.end]), Offset: sp.start, Line: line, Column: column, words: slices.Clone(sp.words),
		})
	}
	sp.open, sp.words, sp.last, sp.parens, sp.atomic = false, sp.words[:0], "", 0, 0
}

// place counts on from where it was last asked, so that a file of many statements is read once, be it one line or many.
func (sp *splitter) place(at int) (line, column int) {
	for {
		n := bytes.IndexByte(sp.src[sp.counted:at], '\n')
		if n < 0 {
			sp.column += utf8.RuneCount(sp.src[sp.counted:at])
			sp.counted = at
			return sp.line, 1 + sp.column
		}
		sp.line++
		sp.column = 0
		sp.counted += n + 1
	}
}

// place gives the line and the column of a byte offset, both from 1, the column in characters.
func place(src []byte, at int) (line, column int) {
	sp := splitter{src: src, line: 1}
	return sp.place(min(at, len(src)))
}

// controlsTransaction names the words with which a statement begins, ends or divides a transaction, or is "".
func (s Statement) controlsTransaction() string {
	two := strings.Join(s.words[:min(2, len(s.words))], " ")
	first, _, _ := strings.Cut(two, " ")
	switch first {
	case "begin", "commit", "end", "rollback", "abort", "savepoint", "release":
		return first
	}
	if two == "start transaction" || two == "prepare transaction" {
		return two
	}
	return ""
}

// copies reports whether a statement is a COPY that talks with the client, which has nothing to say.
func (s Statement) copies() bool {
	return s.starts("copy") && (slices.Contains(s.words, "stdin") || slices.Contains(s.words, "stdout"))
}

// refusesTransaction names what makes a statement impossible inside a transaction, or is "".
func (s Statement) refusesTransaction() string {
	concurrently := slices.Contains(s.words, "concurrently")
	switch {
	case concurrently && (s.starts("create", "index") || s.starts("create", "unique") || s.starts("drop", "index") || s.starts("reindex")):
		return "concurrently"
	case concurrently && s.starts("alter", "table") && slices.Contains(s.words, "detach"):
		return "detach partition ... concurrently"
	case s.starts("vacuum"), s.starts("alter", "system"), s.starts("create", "database"), s.starts("drop", "database"),
		s.starts("create", "tablespace"), s.starts("drop", "tablespace"):
		return strings.Join(s.words[:min(2, len(s.words))], " ")
	}
	return ""
}

func (s Statement) starts(words ...string) bool {
	return len(s.words) >= len(words) && slices.Equal(s.words[:len(words)], words)
}

// Summary is the statement's beginning on one line, for progress.
func (s Statement) Summary() string {
	const most = 72
	text := strings.Join(strings.Fields(s.SQL), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
