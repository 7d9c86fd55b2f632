package env

import (
	"math/bits"
	"strings"
)

// Readers are programs that read .env files, each in its own way.
type Readers uint8

// The readers.
const (
	Go     Readers = 1 << iota // godotenv: readme-ops itself, and Go programs
	Next                       // Next.js: dotenv, then dotenv-expand; the raw editors of Vercel and Railway read as dotenv does
	Python                     // python-dotenv
	Bash                       // set -a; source FILE
	Docker                     // the env_file of Docker Compose

	Everybody = Go | Next | Python | Bash | Docker
)

// String lists the readers as a sentence does.
func (r Readers) String() string {
	var names []string
	for i, name := range []string{"Go", "Next.js", "Python", "bash", "Docker"} {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// line is what a reader sees of an entry.
type line struct {
	before string // between key and =
	tail   string // from behind the = to the end of the last line, with \n for \r\n
}

// Dialects finds the variables that some of their readers read otherwise than readme-ops does, where another spelling would be
// read alike by more of them. readBy tells who reads a variable; nil is Everybody. Lines that Scan finds fault with are left to
// that. Where no spelling is better, a difference is nobody's mistake, and no finding.
func Dialects(f File, readBy func(key string) Readers) []Finding {
	text := f.text.Reveal()
	s := scan(f.Path, []byte(text))
	faulty := make(map[int]bool, len(s.findings))
	for _, x := range s.findings {
		faulty[x.Where.Line] = true
	}
	var out []Finding
	for _, e := range f.Entries {
		readers := Everybody
		if readBy != nil {
			readers = readBy(e.Key)
		}
		if faulty[e.At.Line] {
			continue
		}
		l := lineOf(text, e)
		if harmless(l) {
			continue
		}
		if odd := readers & differently(l, e.Value.Reveal()); odd != 0 {
			if fix := better(l, e.Value.Reveal(), readers, odd); fix != "" {
				out = append(out, dialect(e, l, odd, fix))
			}
		}
	}
	return out
}

// lineOf takes the line of an entry out of its file.
func lineOf(text string, e Entry) line {
	end := e.rawEnd
	if i := strings.IndexByte(text[end:], '\n'); i >= 0 {
		end += i
	} else {
		end = len(text)
	}
	tail := strings.TrimSuffix(strings.ReplaceAll(text[e.sign:end], "\r\n", "\n"), "\r")
	return line{before: text[e.key+len(e.Key) : e.sign-1], tail: tail}
}

// harmless reports whether every reader takes a line for what it looks like.
func harmless(l line) bool {
	if l.before != "" {
		return false
	}
	for i := range len(l.tail) {
		if c := l.tail[i]; !isLetter(c) && (c < '0' || '9' < c) && strings.IndexByte("-./:=@%+,?^_", c) < 0 {
			return false
		}
	}
	return true
}

// differently are the readers that read another value in a line.
func differently(l line, value string) Readers {
	var out Readers
	for reader, read := range map[Readers]func(line) (string, bool){Next: readNext, Python: readPython, Bash: readBash, Docker: readDocker} {
		if got, ok := read(l); !ok || got != value {
			out |= reader
		}
	}
	return out
}

// better says in words how to write a value so that fewer readers read it differently; "" if there is no such way.
func better(l line, value string, readers, odd Readers) string {
	spelling, left, ok := spell(value, readers)
	if !ok || bits.OnesCount8(uint8(left)) >= bits.OnesCount8(uint8(odd)) {
		return ""
	}
	var fix string
	switch {
	case l.before != "" || strings.TrimLeft(l.tail, " \t") != l.tail:
		fix = "write KEY=value without spaces around the ="
		if q := quotes(spelling); q != "" && !strings.HasPrefix(strings.TrimLeft(l.tail, " \t"), spelling[:1]) {
			fix += ", the value in " + q
		}
	case quotes(spelling) != "":
		fix = "put the value into " + quotes(spelling)
	default:
		fix = "write the value without quotes"
	}
	if strings.Contains(spelling, `\$`) {
		fix += `, with a \ before each $`
	}
	if left != 0 {
		fix += "; " + left.String() + " will still read it differently, whatever you write"
	}
	return fix
}

func quotes(spelling string) string {
	switch {
	case strings.HasPrefix(spelling, "'"):
		return "single quotes"
	case strings.HasPrefix(spelling, `"`):
		return "double quotes"
	}
	return ""
}

func dialect(e Entry, l line, odd Readers, fix string) Finding {
	verb := " read "
	if bits.OnesCount8(uint8(odd)) == 1 {
		verb = " reads "
	}
	return Finding{Rule: RuleDialect, Where: e.At, Title: odd.String() + verb + e.Key + " differently: " + cause(e, l, odd), Fix: fix}
}

// cause names what it is about a line that readers differ on.
func cause(e Entry, l line, odd Readers) string {
	raw := e.Raw.Reveal()
	switch {
	case l.before != "" || strings.TrimLeft(l.tail, " \t") != l.tail && raw != "":
		return "there are spaces around the ="
	case strings.Contains(raw, "$") && (e.Quote != '\'' || odd&Next != 0): // which looks for $ when the quotes are gone
		return "it has a $ in its value"
	case strings.Contains(raw, `\`):
		return `it has a \ in its value`
	case strings.Contains(raw, "`"):
		return "it has a ` in its value"
	case e.Quote != 0:
		return "not all take such a value out of its quotes"
	case strings.Contains(raw, "#"):
		return "it has a # in its value"
	case strings.ContainsAny(raw, `"'`):
		return "it has a quote in its value"
	case strings.ContainsAny(raw, ";&|<>()~"):
		return "its value has a sign that means something to a shell"
	case strings.ContainsAny(raw, " \t"):
		return "it has a space in its value"
	}
	return "not all end its value at the same place"
}
