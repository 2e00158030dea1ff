-- Ends wrk at once, with success when it can load what the scripts need.
require 'clock'
require 'signature'
print 'loaded'
os.exit(0)
