import { describe, expect, test } from 'vitest';
import { comparable, isSameNumber, trackingUrlOf } from './carrier.ts';

describe('a carrier and a number', () => {
  test.each([
    ['Royal Mail', 'royal-mail'],
    ['ROYALMAIL', 'Royal Mail'],
    ['D.P.D.', 'dpd'],
    ['6890-1234/5678', '6890 1234 5678'],
    ['1z999aa1', '1Z999AA1'],
    ['cj 대한통운', 'CJ대한통운'],
  ])('%j is %j', (a, b) => {
    expect(comparable(a)).toBe(comparable(b));
  });

  test.each([
    ['DHL', 'DPD'],
    ['6890', '68900'],
    ['é', 'É'],
  ])('%j is not %j', (a, b) => {
    expect(comparable(a)).not.toBe(comparable(b));
  });

  test('the same number at another carrier is another number', () => {
    const atDhl = { carrier: 'DHL', trackingNumber: '1' };
    expect(isSameNumber(atDhl, { carrier: 'dhl', trackingNumber: '1' })).toBe(true);
    expect(isSameNumber(atDhl, { carrier: 'UPS', trackingNumber: '1' })).toBe(false);
  });
});

describe('the tracking URL', () => {
  test.each([
    ['DHL', 'https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id=12'],
    ['UPS', 'https://www.ups.com/track?tracknum=12'],
    ['FedEx', 'https://www.fedex.com/fedextrack/?trknbr=12'],
    ['USPS', 'https://tools.usps.com/go/TrackConfirmAction?tLabels=12'],
    ['DPD', 'https://tracking.dpd.de/status/en_US/parcel/12'],
    ['GLS', 'https://gls-group.com/GROUP/en/parcel-tracking?match=12'],
    ['Royal Mail', 'https://www.royalmail.com/track-your-item#/tracking-results/12'],
    ['CJ Logistics', 'https://trace.cjlogistics.com/next/tracking.html?wblNo=12'],
    ['CJ대한통운', 'https://trace.cjlogistics.com/next/tracking.html?wblNo=12'],
    ['Korea Post', 'https://service.epost.go.kr/trace.RetrieveDomRigiTraceList.comm?sid1=12'],
  ])('of a parcel at %s is its page about the number', (carrier, url) => {
    expect(trackingUrlOf({ carrier, trackingNumber: '1 2' })).toBe(url);
  });

  test.each(['Pigeon Post', 'constructor', '-'])('is null at %s, which is not known', (carrier) => {
    expect(trackingUrlOf({ carrier, trackingNumber: '12' })).toBeNull();
  });

  test('escapes what a number must not bring into a URL', () => {
    expect(trackingUrlOf({ carrier: 'ups', trackingNumber: '1&x=<a>/../' })).toBe(
      'https://www.ups.com/track?tracknum=1%26x%3D%3Ca%3E%2F..%2F',
    );
  });
});
