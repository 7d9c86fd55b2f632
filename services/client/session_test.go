package client_test

import (
	"testing"
)

// watchMedia remembers each microphone that the page was given, and each sound that it plays.
const watchMedia = `
	window.streams = []; window.sounds = [];
	const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
	navigator.mediaDevices.getUserMedia = async (what) => { const s = await ask(what); streams.push(s); return s; };
	const play = HTMLMediaElement.prototype.play;
	HTMLMediaElement.prototype.play = function () { sounds.push(this); return play.call(this); };`

const (
	micLive = `streams.some((s) => s.getTracks().some((t) => t.readyState === "live"))`
	micOff  = `streams.length > 0 && streams.every((s) => s.getTracks().every((t) => t.readyState === "ended"))`
)

// connected brings a page and a bot together by real WebRTC.
func connected(t *testing.T) (p, bot *tab) {
	t.Helper()
	s := aSite(t)
	bot, mood := newBot(t)
	theVendor().plays(t, asDocumented(t, mood))
	p = open(t, s.URL+"/?transport=webrtc", granted, watchMedia)
	p.click("Connect")
	p.sees("Connected.")
	t.Cleanup(func() { s.keepsTheKey(t) })
	return p, bot
}

func TestSession_thePersonAndTheReaderHearEachOther(t *testing.T) {
	p, bot := connected(t)
	p.shows(t, "Say which book you would like to hear.", "Session "+sessionID)
	bot.until(`bot.got.includes("client-ready")`)
	bot.until(`heard().then((n) => n > 10)`)
	p.until(`sounds.some((s) => !s.paused && s.currentTime > 0.2)`)
	// How long it lasts is shown, and is not announced each second.
	p.until(`document.querySelector('[role=timer]').innerText === "0:02"`)
	if got := eval[string](p, `document.querySelector('[role=timer]').closest('[role=status], [aria-live]')?.innerText ?? ""`); got != "" {
		t.Errorf("the timer is announced within %q", got)
	}
	if p.focus() != "Leave" {
		t.Errorf("the focus is on %q", p.focus())
	}
	p.click("Leave")
	p.sees("The session has ended.")
	p.sees("You have left, and your microphone is off. It lasted ")
	p.until(micOff)
	p.until(`sounds.every((s) => s.srcObject === null)`)
	bot.until(`bot.closed`)
	if p.focus() != "Connect again" {
		t.Errorf("after leaving the focus is on %q", p.focus())
	}
}

func TestSession_canFollowAnother(t *testing.T) {
	p, bot := connected(t)
	p.click("Leave")
	p.sees("The session has ended.")
	bot.until(`bot.closed`)
	p.click("Connect again")
	p.sees("Connected.")
	p.until(micLive)
}

func TestSession_theReaderLeaves(t *testing.T) {
	p, bot := connected(t)
	eval[*string](bot, `leave()`)
	p.sees("The reader has left.")
	p.until(micOff)
}

func TestSession_goingAwayFromThePageEndsIt(t *testing.T) {
	p, bot := connected(t)
	eval[*string](p, `void (location.href = "about:blank")`)
	bot.until(`bot.closed`)
}

func TestSession_aReaderThatRefusesTheOfferIsSaid(t *testing.T) {
	s := aSite(t)
	theVendor().plays(t, says(200, webrtc)) // and the same for the offer: no answer to it
	p := open(t, s.URL+"/?transport=webrtc", granted, watchMedia)
	p.click("Connect")
	p.sees("The reader has started, but its room cannot be reached.")
	p.shows(t, "Session "+sessionID)
	p.until(micOff)
}
