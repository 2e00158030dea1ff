ALTER TABLE "commerce"."order_lines" ADD COLUMN "canceled_qty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD COLUMN "released_qty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD COLUMN "released_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "released_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
-- Written by hand: NOT VALID in the constraints. Every row has zeros, which meet them, so that the scan of large tables
-- under their locks would find nothing. New rows are checked all the same.
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_canceled_within_ordered" CHECK ("commerce"."order_lines"."canceled_qty" between 0 and case when "commerce"."order_lines"."kind" = 'PRODUCT' then "commerce"."order_lines"."quantity" else 0 end) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_released_within_ordered" CHECK ("commerce"."order_lines"."released_qty" between 0 and "commerce"."order_lines"."quantity" and "commerce"."order_lines"."released_amount" >= 0) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_released_not_captured" CHECK ("commerce"."payments"."released_amount" >= 0 and "commerce"."payments"."captured_amount" + "commerce"."payments"."released_amount" <= "commerce"."payments"."authorized_amount") NOT VALID;