-- squawk-ignore ban-drop-colum
alter table public.books drop column title;
