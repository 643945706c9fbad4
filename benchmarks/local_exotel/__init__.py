"""An Exotel of our own that rings nobody: `python -m benchmarks.local_exotel 9114`, and EXOTEL_BASE_URL=http://127.0.0.1:9114.

In Settings, Telephony: account SID `acme1`, API key `key`, API token `token`, ExoPhone 080 4718 0000. The last digit of
the customer's number says how a call goes: 0 to 3 and 9 they talk; 4 they talk, and every post comes three times and in
disorder; 5 busy; 6 no answer; 7 the telecaller does not answer; 8 they talk, and no post comes. A number that ends in 00
is refused, one that ends in 01 is on the register of those who want no calls. A call that is to be recorded fetches its
announcement when the customer answers, and has a sound of silence soon after its end.

It takes what Exotel's page on connecting two numbers describes, and refuses the rest.
"""
