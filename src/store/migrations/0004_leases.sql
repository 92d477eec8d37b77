-- When the owner of a lease was last heard of, for people who are about to give it to another.

ALTER TABLE LEASES
  ADD RENEWED_AT_US D_TIME_US,
  ADD RENEWED_AT COMPUTED BY (DATEADD(CAST(RENEWED_AT_US / 1000 AS BIGINT) MILLISECOND TO TIMESTAMP '1970-01-01 00:00:00'));
