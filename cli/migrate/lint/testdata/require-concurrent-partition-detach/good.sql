-- readme-ops: no-transaction
alter table public.events detach partition public.events_2024 concurrently;
alter table public.events detach partition public.events_2023 finalize;
