ALTER TABLE "commerce"."orders" ADD COLUMN "attention_reasons" jsonb;--> statement-breakpoint
-- Of what else was asked for beside it the history knows; for what is on the orders now this is all.
UPDATE "commerce"."orders" SET "attention_reasons" = jsonb_build_array("needs_attention") WHERE "needs_attention" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."orders" ADD CONSTRAINT "orders_needs_attention_is_most_urgent" CHECK ("commerce"."orders"."needs_attention" is not distinct from "commerce"."orders"."attention_reasons" ->> 0);