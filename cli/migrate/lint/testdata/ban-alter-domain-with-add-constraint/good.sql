alter domain public.email add constraint email_at check (value like '%@%') not valid;
alter domain public.email validate constraint email_dot;
