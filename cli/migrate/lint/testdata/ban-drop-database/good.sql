drop function if exists public.library();
create function public.library() returns text language sql as 'select current_database()::text';
