-- Members of a signal that have no column of their own, as one JSON object; NULL when it has none.

ALTER TABLE SIGNALS ADD MORE VARCHAR(4000) CHARACTER SET UTF8;
