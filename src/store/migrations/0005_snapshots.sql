-- What a day's end is made of, and executions oldest first: lots are built in that order.

-- Closed at CLOSED_AT_US, read at TAKEN_AT_US.  PAID_IN is the cash that no trade explains, since
-- ever: what was paid in less what was taken out; its change from row to row is a flow, no profit.
ALTER TABLE DAILY_SNAPSHOTS
  ADD CLOSED_AT_US D_TIME_US NOT NULL,
  ADD PAID_IN D_AMOUNT NOT NULL,
  ADD POSITION_COUNT INTEGER NOT NULL,
  ADD CLOSED_AT COMPUTED BY (DATEADD(CAST(CLOSED_AT_US / 1000 AS BIGINT) MILLISECOND TO TIMESTAMP '1970-01-01 00:00:00'));

CREATE UNIQUE INDEX TRADES_OLDEST ON TRADES (EXECUTED_AT_US, ID);
