package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/services/books"
	"readme/services/queue"
	"readme/services/storage/storagetest"
)

func TestABookIsUploadedSeenAndDeleted(t *testing.T) {
	w := start(t)
	got := w.upload(t, whole(t)...)
	if got.status != http.StatusOK || got.Status != "uploaded" {
		t.Fatalf("got %+v", got)
	}
	id, err := books.ParseID(got.BookID)
	if err != nil {
		t.Fatalf("book id: %v", err)
	}
	path := books.PathOf(household, id)
	if stored := string(w.storage.Objects()[path]); stored != pdf(t) {
		t.Errorf("%d bytes are stored, want the file", len(stored))
	}
	entries, err := w.redis.Stream(queue.Stream)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the queue has %d entries, %v", len(entries), err)
	}
	if !strings.Contains(strings.Join(entries[0].Values, " "), got.BookID) {
		t.Errorf("the wake-up says %q", entries[0].Values)
	}
	if seen := w.ask(t, http.MethodGet, "/admin/books/"+got.BookID); seen.status != http.StatusOK || seen.BookID != got.BookID {
		t.Errorf("get: %+v", seen)
	}
	if gone := w.ask(t, http.MethodDelete, "/admin/books/"+got.BookID); gone.status != http.StatusNoContent {
		t.Errorf("delete: %+v", gone)
	}
	if again := w.ask(t, http.MethodDelete, "/admin/books/"+got.BookID); again.Error.Code != "book_not_found" {
		t.Errorf("delete again: %+v", again)
	}
	if left := len(w.storage.Objects()); left != 0 {
		t.Errorf("%d files are left", left)
	}
	w.noSpoolIsLeft(t)
}

func TestTwoHouseholdsMayOwnTheSameBook(t *testing.T) {
	w := start(t)
	one := w.upload(t, whole(t)...)
	two := w.upload(t, whole(t)...)
	if one.status != http.StatusOK || two.status != http.StatusOK || one.BookID == two.BookID {
		t.Fatalf("got %+v and %+v", one, two)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	w := start(t, func(a *api) { a.cfg.maxFile = 100_000 })
	body := pdf(t)
	file := func(content string) field { return field{"file", content, "a.pdf"} }
	home, title := field{"household_id", household, ""}, field{"title", "A book", ""}
	big := body + strings.Repeat("x", 100_000) + "%%EOF"
	cases := []struct {
		name   string
		fields []field
		status int
		code   string
	}{
		{"no PDF", []field{file("just text"), home, title}, 415, "not_a_pdf"},
		{"a program called .pdf", []field{file("\x7fELF" + strings.Repeat("\x00", 5000)), home, title}, 415, "not_a_pdf"},
		{"half a PDF", []field{file(body[:len(body)/2]), home, title}, 415, "not_a_pdf"},
		{"a mark after the first KB", []field{file(strings.Repeat(" ", 1024) + body), home, title}, 415, "not_a_pdf"},
		{"an empty file", []field{file(""), home, title}, 400, "file_empty"},
		{"too large", []field{file(big), home, title}, 413, "file_too_large"},
		{"far too large", []field{file(body + strings.Repeat("x", 2_000_000)), home, title}, 413, "file_too_large"},
		{"no file", []field{home, title}, 400, "file_missing"},
		{"two files", []field{file(body), file(body), home, title}, 400, "form_invalid"},
		{"no household", []field{file(body), title}, 400, "household_id_invalid"},
		{"a household that is no UUID", []field{file(body), {"household_id", "../../etc", ""}, title}, 400, "household_id_invalid"},
		{"no title", []field{file(body), home}, 400, "title_missing"},
		{"a title of spaces", []field{file(body), home, {"title", "  ", ""}}, 400, "title_missing"},
		{"a title with a NUL", []field{file(body), home, {"title", "a\x00b", ""}}, 400, "title_invalid"},
		{"a title that is no UTF-8", []field{file(body), home, {"title", "a\xffb", ""}}, 400, "title_invalid"},
		{"a title too long", []field{file(body), home, {"title", strings.Repeat("é", 301), ""}}, 400, "title_invalid"},
		{"a field without end", []field{file(body), home, {"title", strings.Repeat("a", 5000), ""}}, 400, "form_invalid"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := w.upload(t, tc.fields...)
			if got.status != tc.status || got.Error.Code != tc.code || got.Error.Message == "" || got.RequestID == "" {
				t.Errorf("got %d %+v, want %d %s", got.status, got.Error, tc.status, tc.code)
			}
		})
	}
	if rows, files := w.statuses(t), w.storage.Objects(); len(rows)+len(files) != 0 {
		t.Errorf("refused uploads left %d rows and %d files", len(rows), len(files))
	}
	w.noSpoolIsLeft(t)
}

func TestTheOrderOfThePartsDoesNotMatterAndUnknownOnesAreIgnored(t *testing.T) {
	w := start(t)
	f := whole(t)
	if got := w.upload(t, f[2], field{"later", "x", ""}, f[1], f[0]); got.status != http.StatusOK {
		t.Fatalf("got %+v", got)
	}
}

func TestABodyThatIsNoForm(t *testing.T) {
	w := start(t)
	r := w.request(t, http.MethodPost, "/admin/books/upload", strings.NewReader(pdf(t)))
	r.Header.Set("Content-Type", "application/pdf")
	if got := w.send(t, r); got.Error.Code != "not_a_form" {
		t.Errorf("got %+v", got)
	}
	r = w.request(t, http.MethodPost, "/admin/books/upload", strings.NewReader("--x\r\nbroken"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	if got := w.send(t, r); got.Error.Code != "form_invalid" {
		t.Errorf("got %+v", got)
	}
}

func TestALargeBodyOfUnknownLengthIsCutOff(t *testing.T) {
	w := start(t, func(a *api) { a.cfg.maxFile = 100_000 })
	body, contentType := makeForm(t, field{"file", pdf(t) + strings.Repeat("x", 3_000_000), "a.pdf"})
	r := w.request(t, http.MethodPost, "/admin/books/upload", io.MultiReader(body)) // hides the length: sent in chunks
	r.Header.Set("Content-Type", contentType)
	if got := w.send(t, r); got.Error.Code != "file_too_large" {
		t.Errorf("got %+v", got)
	}
}

func TestStorageAwayDuringAnUpload(t *testing.T) {
	w := start(t)
	w.storage.Refuse(func(*http.Request) *storagetest.Refusal { return &storagetest.Refusal{Cut: true} })
	got := w.upload(t, whole(t)...)
	if got.status != http.StatusServiceUnavailable || got.Error.Code != "storage_unavailable" {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]string{"failed"}, w.statuses(t)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	w.noSpoolIsLeft(t)
}

func TestPostgresAwayBeforeAnUpload(t *testing.T) {
	w := start(t)
	w.postgres.close()
	got := w.upload(t, whole(t)...)
	if got.status != http.StatusServiceUnavailable || got.Error.Code != "database_unavailable" {
		t.Errorf("got %+v", got)
	}
	if files := len(w.storage.Objects()); files != 0 {
		t.Errorf("%d files were stored without a row", files)
	}
	w.noSpoolIsLeft(t)
}

// TestPostgresGoesAwayDuringAnUpload leaves what the sweep repairs: the row still uploading, the file there.
func TestPostgresGoesAwayDuringAnUpload(t *testing.T) {
	w := start(t)
	w.storage.Refuse(func(*http.Request) *storagetest.Refusal { w.postgres.close(); return nil })
	got := w.upload(t, whole(t)...)
	if got.status != http.StatusServiceUnavailable || got.Error.Code != "database_unavailable" {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]string{"uploading"}, w.statuses(t)); diff != "" || len(w.storage.Objects()) != 1 {
		t.Errorf("%d files, rows (-want +got):\n%s", len(w.storage.Objects()), diff)
	}
}

func TestRedisAwayFailsNoUpload(t *testing.T) {
	w := start(t)
	w.redis.Close()
	got := w.upload(t, whole(t)...)
	if got.status != http.StatusOK || got.Status != "uploaded" {
		t.Fatalf("got %+v", got)
	}
	var waits bool
	err := w.conn.QueryRow(t.Context(), `select status = 'uploaded' and enqueued_at is null from public.books`).Scan(&waits)
	if err != nil || !waits {
		t.Errorf("the row does not wait for the sweep, %v", err)
	}
}

func TestABookThatIsDeletedWhileItUploads(t *testing.T) {
	w := start(t)
	w.storage.Refuse(func(r *http.Request) *storagetest.Refusal {
		if r.Method == http.MethodPost {
			_, _ = w.conn.Exec(t.Context(), `delete from public.books`)
		}
		return nil
	})
	if got := w.upload(t, whole(t)...); got.Error.Code != "book_deleted" {
		t.Errorf("got %+v", got)
	}
	if files := len(w.storage.Objects()); files != 0 {
		t.Errorf("%d files are left", files)
	}
}

func TestDeletingWhenStorageIsAwayKeepsTheRow(t *testing.T) {
	w := start(t)
	got := w.upload(t, whole(t)...)
	w.storage.Refuse(func(*http.Request) *storagetest.Refusal { return &storagetest.Refusal{Cut: true} })
	if no := w.ask(t, http.MethodDelete, "/admin/books/"+got.BookID); no.Error.Code != "storage_unavailable" {
		t.Errorf("got %+v", no)
	}
	w.storage.Refuse(nil)
	if yes := w.ask(t, http.MethodDelete, "/admin/books/"+got.BookID); yes.status != http.StatusNoContent {
		t.Errorf("got %+v", yes)
	}
}

func TestTooManyUploadsAtOnce(t *testing.T) {
	w := start(t, func(a *api) { a.spools = make(chan struct{}, 1); a.spools <- struct{}{} })
	if got := w.upload(t, whole(t)...); got.Error.Code != "busy" || got.header.Get("Retry-After") == "" {
		t.Errorf("got %+v", got)
	}
}

func FuzzSpoolPDF(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n%%EOF"))
	f.Add([]byte("%%EOF%PDF-"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		t.Setenv("TMPDIR", t.TempDir())
		s, err := spoolPDF(bytes.NewReader(content), 2000)
		if err != nil {
			return
		}
		defer s.close()
		head, tail := content[:min(len(content), 1024)], content[max(0, len(content)-1024):]
		if !bytes.Contains(head, []byte("%PDF-")) || !bytes.Contains(tail, []byte("%%EOF")) || len(content) > 2000 {
			t.Fatalf("accepted %q", content)
		}
		back := make([]byte, s.size)
		if _, err := s.file.ReadAt(back, 0); err != nil || !bytes.Equal(back, content) {
			t.Fatalf("the spool is not what was sent: %v", err)
		}
	})
}

func TestASpoolIsWholeWhateverTheSizesOfReads(t *testing.T) {
	content := append([]byte("%PDF-"), make([]byte, 300_000)...)
	_, _ = rand.Read(content[5:])
	content = append(content, "%%EOF\n"...)
	s, err := spoolPDF(io.MultiReader(bytes.NewReader(content[:3]), bytes.NewReader(content[3:1025]), bytes.NewReader(content[1025:])), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if got, err := io.ReadAll(io.NewSectionReader(s.file, 0, s.size)); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("the spool is not what was sent: %v", err)
	}
}
