ALTER TABLE "commerce"."order_lines" ADD COLUMN "discount_amount" bigint;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD COLUMN "tax_amount" bigint;--> statement-breakpoint
-- Written by hand: NOT VALID in the four constraints. Every row has nulls, which meet them, so that the scan of a large
-- table under its lock would find nothing. New rows are checked all the same.
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_discount_amount_sign" CHECK ("commerce"."order_lines"."discount_amount" <= 0) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_tax_amount_sign" CHECK ("commerce"."order_lines"."tax_amount" >= 0) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_both_shares" CHECK (("commerce"."order_lines"."discount_amount" is null) = ("commerce"."order_lines"."tax_amount" is null)) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_paid_not_negative" CHECK (case when "commerce"."order_lines"."kind" in ('DISCOUNT', 'TAX') then "commerce"."order_lines"."discount_amount" = 0 and "commerce"."order_lines"."tax_amount" = 0
        else "commerce"."order_lines"."amount" + "commerce"."order_lines"."discount_amount" + "commerce"."order_lines"."tax_amount" >= 0 end) NOT VALID;