drop function if exists public.title_of(uuid, text);
create or replace function public.title_of(id uuid) returns text language sql as $$ select title from public.books where books.id = $1 $$;
