package vercel

import (
	"context"
	"sync"
)

// life is the context of something that outlasts the request which woke it, with the goroutines that live by it.
type life struct {
	ctx  context.Context //nolint:containedctx // that is what it is for
	end  context.CancelFunc
	work *sync.WaitGroup
}

func newLife(ctx context.Context, work *sync.WaitGroup) life {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	return life{ctx: ctx, end: end, work: work}
}

// child is a life that ends with this one, or before.
func (l life) child() life {
	ctx, end := context.WithCancel(l.ctx)
	return life{ctx: ctx, end: end, work: l.work}
}

// run starts a goroutine, which has to end soon after the life does.
func (l life) run(f func(ctx context.Context)) { l.work.Go(func() { f(l.ctx) }) }

func (l life) over() bool { return l.ctx.Err() != nil }
