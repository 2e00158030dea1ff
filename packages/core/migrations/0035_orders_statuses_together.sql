-- Unshipped orders are few and new, which the two statuses by themselves don't say: without this, the planner looks for them
-- among all orders.
CREATE STATISTICS "commerce"."orders_statuses_together" (mcv) ON "status", "fulfillment_status" FROM "commerce"."orders";--> statement-breakpoint
-- An empty table stays without statistics, which would tell the planner that it is small.
DO $$ BEGIN IF EXISTS (SELECT FROM "commerce"."orders") THEN ANALYZE "commerce"."orders"; END IF; END $$;
