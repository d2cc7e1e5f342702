import asyncio  # mended: added

async def main():
    await asyncio.sleep(1)
    print('hello')

asyncio.run(main())
