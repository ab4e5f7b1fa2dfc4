import asyncio, sys, traceback
sys.path.insert(0, "/work/wt-shell")
from tests.reliability.test_damaged_files import *
from tui_reseller.storage import ledger as L
def test_dbg(pristine, tmp_path):
    folder = tmp_path/"home"
    what, path = damaged(1, pristine, folder)
    print(what, path.stat().st_size)
    async def go():
        l = Ledger(folder/"state")
        for name in ("recover","entries","needs_you","website_access","check","begin"):
            before=(folder/"state"/"ledger.sqlite3").read_bytes()
            try:
                f=getattr(l,name)
                r=await (f(AuditQuery()) if name=="entries" else f(ACCOUNT) if name in("needs_you","website_access") else f(intent("newcomer")) if name=="begin" else f())
                print(name,"ok", r if not isinstance(r,list) else len(r))
            except Exception as e:
                print(name, type(e), e, repr(e.__cause__))
            print(" changed", before!=(folder/"state"/"ledger.sqlite3").read_bytes())
        await l.aclose()
        print(" changed", before!=(folder/"state"/"ledger.sqlite3").read_bytes())
    asyncio.run(go())
