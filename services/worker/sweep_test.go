package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/services/books"
	"readme/services/queue"
	"readme/services/storage/storagetest"
)

func TestSweep_endsAbandonedUploads(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	there, missing, half := b.add(t, 1), b.add(t, 2), b.add(t, 3)
	b.files.Keep(there.Path, []byte(content))
	b.files.Keep(half.Path, []byte("half"))
	b.later(t, 16*time.Minute)
	young := b.add(t, 4)
	w := b.worker("one")
	if err := w.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.want(t, there.ID, row{books.Uploaded, 0, ""})
	b.want(t, missing.ID, row{books.Failed, 0, "the upload was never finished"})
	b.want(t, half.ID, row{books.Failed, 0, "the file in storage has 4 bytes, but 15 were to be uploaded"})
	b.want(t, young.ID, row{books.Uploading, 0, ""})

	b.later(t, 2*time.Minute)
	if err := w.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.waiting(t, queue.Stream); !slices.Equal(got, []books.ID{there.ID}) {
		t.Errorf("woken for %v, want %s", got, there.ID)
	}
	w.handle(t.Context(), wakeup(there.ID))
	b.want(t, there.ID, row{books.Ready, 1, ""})
}

func TestSweep_leavesAnUploadAloneWhileStorageDoesNotSayWhatItHas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	book := b.add(t, 1)
	b.later(t, 16*time.Minute)
	b.files.Refuse(func(*http.Request) *storagetest.Refusal {
		return &storagetest.Refusal{HTTP: 403, Body: `{"statusCode":"403","error":"Unauthorized","message":"Invalid Compact JWS"}`}
	})
	err := b.worker("one").sweep(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "look for an abandoned upload: ") {
		t.Errorf("got %v", err)
	}
	b.want(t, book.ID, row{books.Uploading, 0, ""})
}

func TestSweep_sendsAWakeUpForEachBookThatIsStuck(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var want []books.ID
	for n := range 5 {
		want = append(want, b.upload(t, n))
	}
	b.later(t, time.Minute)
	died := b.upload(t, 7)
	b.wake(t, died)
	if _, err := b.parts.store.Claim(t.Context(), died, time.Minute); err != nil {
		t.Fatal(err)
	}
	b.flush()
	w := b.worker("one", func(s *settings) { s.batch = 2 })
	sweep := func(want ...books.ID) {
		t.Helper()
		b.flush()
		if err := w.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := b.waiting(t, queue.Stream)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("woken for %v, want %v", got, want)
		}
	}
	sweep(want...)
	sweep() // their wake-ups are fresh
	b.later(t, 2*time.Minute)
	sweep(append(want, died)...) // now the lease of the last one has run out, too
}

func TestSweep_isPatientWhileTheWorkerIsBusy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w, entered, release := b.worker("one", func(s *settings) { s.queue.Slots = 2 }), make(chan struct{}), make(chan struct{})
	w.process = func(context.Context, books.Book) error { entered <- struct{}{}; <-release; return nil }
	b.wake(t, b.upload(t, 1))
	stop := start(t, w)
	<-entered
	if w.consumer.Busy() {
		t.Error("with one of two slots taken it is busy")
	}
	b.wake(t, b.upload(t, 2))
	<-entered
	if !w.consumer.Busy() {
		t.Error("with all slots taken it is not busy")
	}
	waits := b.upload(t, 3)
	b.later(t, time.Minute)
	if err := w.sweep(t.Context()); err != nil || slices.Contains(b.waiting(t, queue.Stream), waits) {
		t.Errorf("after a minute the book is in the queue, or %v", err)
	}
	b.later(t, 5*time.Minute)
	if err := w.sweep(t.Context()); err != nil || !slices.Contains(b.waiting(t, queue.Stream), waits) {
		t.Errorf("after six minutes the book is not in the queue, or %v", err)
	}
	close(release)
	go func() {
		for range entered { // whatever is still woken may run
		}
	}()
	stop()
	close(entered)
}
