ALTER TABLE "commerce"."orders" DROP CONSTRAINT "orders_needs_attention_known";--> statement-breakpoint
ALTER TABLE "commerce"."payments" DROP CONSTRAINT "payments_capture_known";--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD COLUMN "canceled_qty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD COLUMN "released_qty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD COLUMN "released_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "released_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "lapse_warning_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "capture_overdue_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "payments_capture_warning" ON "commerce"."payments" USING btree (least("lapse_warning_at", "capture_overdue_at")) WHERE "commerce"."payments"."status" = 'AUTHORIZED' and not "commerce"."payments"."surplus" and least("commerce"."payments"."lapse_warning_at", "commerce"."payments"."capture_overdue_at") is not null;--> statement-breakpoint
-- Written by hand: NOT VALID in the constraints. Every row meets them: new columns have zeros, and the lists of values have
-- grown. So the scan of large tables under their locks would find nothing. New rows are checked all the same.
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_canceled_within_ordered" CHECK ("commerce"."order_lines"."canceled_qty" between 0 and case when "commerce"."order_lines"."kind" = 'PRODUCT' then "commerce"."order_lines"."quantity" else 0 end) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_released_within_ordered" CHECK ("commerce"."order_lines"."released_qty" between 0 and "commerce"."order_lines"."quantity" and "commerce"."order_lines"."released_amount" >= 0) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."orders" ADD CONSTRAINT "orders_needs_attention_known" CHECK ("commerce"."orders"."needs_attention" in ('refund_failed', 'dispute', 'authorization_lost', 'refunded_at_gateway', 'amount_mismatch', 'event_conflict', 'delivery_problem', 'authorization_lapsing', 'capture_overdue', 'capture_failed', 'gateway_silent', 'refund_due')) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_released_not_captured" CHECK ("commerce"."payments"."released_amount" >= 0 and "commerce"."payments"."captured_amount" + "commerce"."payments"."released_amount" <= "commerce"."payments"."authorized_amount") NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_capture_known" CHECK ("commerce"."payments"."capture" in ('AUTOMATIC', 'MANUAL', 'DISPATCH')) NOT VALID;