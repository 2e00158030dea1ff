import { describe, expect, test } from 'vitest';
import { carrierNames } from './carriers.ts';

describe("the shop's spelling of a carrier", () => {
  const { nameOf, isCarrier } = carrierNames();

  test.each([
    ['USPS', 'USPS', 'USPS'],
    ['usps', 'USPS', 'USPS'],
    ['ups', 'UPS', 'UPS'],
    ['UPS', 'UPS', 'UPSMailInnovations'],
    ['FedEx', 'FedEx', 'FedEx'],
    ['fed-ex', 'FedEx', 'FedExSmartPost'],
    ['Federal Express', 'FedEx', 'FedEx'],
    ['DHL', 'DHLExpress', 'DHLExpress'],
    ['dhl_express', 'DHLExpress', 'DHLExpress'],
    ['DHL eCommerce', 'DhlEcs', 'DhlEcs'],
    ['Royal Mail', 'RoyalMail', 'RoyalMail'],
    ['royal-mail', 'RoyalMail', 'RoyalMail'],
    ['Hermes', 'Evri', 'Evri'],
    ['Colissimo', 'LaPoste', 'LaPoste'],
    ['canada post', 'CanadaPost', 'CanadaPost'],
    ['DPD UK', 'DPDUK', 'DPDUK'],
  ])('%s is %s, also when a report says %s', (spelling, name, reported) => {
    expect(nameOf(spelling)).toBe(name);
    expect(isCarrier(spelling, reported)).toBe(true);
  });

  test.each([
    ['DHL', 'DhlEcs'],
    ['DPD', 'DPDUK'],
    ['UPS', 'USPS'],
    ['CJ대한통운', 'FedEx'],
    ['constructor', 'Object'],
  ])('%s is not the carrier %s of a report', (spelling, reported) => {
    expect(isCarrier(spelling, reported)).toBe(false);
  });

  test.each(['CJ대한통운', '우체국택배', 'kr.hanjin', 'Acme', '', 'constructor', '__proto__'])(
    '%j is not tracked by EasyPost',
    (spelling) => {
      expect(nameOf(spelling)).toBeUndefined();
    },
  );
});

test('further carriers are added to the table, and win over it', () => {
  const { nameOf, isCarrier } = carrierNames({ 'Our courier': 'OnTrac', DHL: 'DhlEcs', parcels: 'fedex' });
  expect(nameOf('our-courier')).toBe('OnTrac');
  expect(isCarrier('Our Courier', 'OnTrac')).toBe(true);
  expect(nameOf('dhl')).toBe('DhlEcs');
  expect(isCarrier('DHL', 'DHLExpress')).toBe(false);
  expect(nameOf('Parcels')).toBe('FedEx');
  expect(isCarrier('Parcels', 'FedExSmartPost')).toBe(true);
});
