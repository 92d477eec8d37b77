-- What decisions were made by: sizing and limits as one text, under the digest of that text.  A
-- verdict names the digest.

CREATE TABLE RULES (
  DIGEST D_ID NOT NULL CONSTRAINT RULES_KEY PRIMARY KEY,
  TEXT D_JSON NOT NULL,
  FIRST_SEEN_US D_TIME_US NOT NULL,
  FIRST_SEEN COMPUTED BY (DATEADD(CAST(FIRST_SEEN_US / 1000 AS BIGINT) MILLISECOND TO TIMESTAMP '1970-01-01 00:00:00'))
);
