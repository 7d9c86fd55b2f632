-- The books of every household. The row is the job: the queue only wakes a worker, so what waits, runs and has failed is
-- always to be seen here.
create table public.books (
  id              uuid primary key,
  household_id    uuid not null,
  title           text not null,
  storage_path    text not null,
  status          text not null default 'uploaded'
                  constraint books_status check (status in ('uploading', 'uploaded', 'processing', 'ready', 'failed')),
  size            bigint not null default 0,
  sha256          text not null default '',
  attempts        integer not null default 0,
  error           text not null default '',
  lease_until     timestamptz,
  next_attempt_at timestamptz not null default now(),
  enqueued_at     timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now()
);

comment on column public.books.attempts is 'how often a worker claimed the book; only the latest claim may change the row';
comment on column public.books.enqueued_at is 'when the last wake-up was sent; null: never';

-- For the sweep, which asks every half minute: it holds only what is on its way, so it stays small.
create index books_on_their_way on public.books (created_at) where status in ('uploading', 'uploaded', 'processing');

-- No policy: nobody gets at a row through Supabase's Data API. The services connect as the owner, whom this does not bind.
alter table public.books enable row level security;

-- Supabase's public roles; a Postgres elsewhere does not have them.
do $$
declare
  public_role text;
begin
  for public_role in select rolname from pg_roles where rolname in ('anon', 'authenticated') loop
    execute format('revoke all on table public.books from %I', public_role);
  end loop;
end
$$;
