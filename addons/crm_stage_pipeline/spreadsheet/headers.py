"""Which column holds what, by the words people write above it."""

import re
import unicodedata

# Field of the import: headers in English and Chinese, folded (see `_fold`).
FIELDS = {
    "name": "name,customer,customername,company,companyname,account,accountname,"
    "客户名称,客户,客户名,公司,公司名称,公司名,企业名称,单位名称,单位,名称",
    "contact_name": "contact,contactname,contactperson,person,attention,"
    "联系人,联系人姓名,姓名,联络人,主要联系人",
    "function": "title,jobtitle,position,function,jobposition,职务,职位,联系人职务",
    "phone": "phone,telephone,tel,phonenumber,telephonenumber,officephone,mainphone,"
    "电话,联系电话,办公电话,固定电话,座机,固话,主要电话,电话号码,公司电话",
    "mobile": "mobile,mobilephone,mobilenumber,cell,cellphone,"
    "手机,手机号,手机号码,移动电话,联系手机",
    "fax": "fax,faxnumber,传真,传真号码",
    "home_phone": "homephone,home,住宅电话,家庭电话",
    "finance_phone": "financephone,accountingphone,财务电话",
    "email": "email,mail,emailaddress,电子邮箱,邮箱,电子邮件,邮件,联系人邮箱",
    "website": "website,web,url,homepage,网址,网站,公司主页,主页",
    "street": "address,street,addressline1,地址,办公地址,联系地址,通讯地址,详细地址",
    "street2": "street2,addressline2,地址2",
    "zip": "zip,zipcode,postcode,postalcode,邮编,邮政编码",
    "city": "city,town,城市,所在城市,市",
    "state": "state,province,region,省,省份,所在省份,州",
    "country": "country,国家,所在国家,国家地区",
    "industry": "industry,sector,branch,行业,所属行业,行业类别",
    "category": "category,categories,tag,tags,类别,分类,客户分类,客户类别,标签",
    "source": "source,leadsource,来源,客户来源,信息来源",
    "comment": "note,notes,remark,remarks,comment,comments,description,"
    "备注,备注信息,说明",
    "profile": "profile,companyprofile,公司简介,客户简介,简介",
    "ref": "reference,ref,code,参考号",
    "customer_number": "customernumber,customerno,number,客户编号,编号,客户代码",
    "mnemonic_code": "mnemonic,mnemoniccode,initials,助记码,客户助记码",
    "keyword": "keyword,keywords,关键字,关键词",
    "grade": "grade,level,customergrade,customerlevel,客户级别,级别,等级,客户等级",
    "type": "type,customertype,客户类型,类型",
    "status": "status,customerstatus,客户状态,状态",
    "credit_rating": "creditrating,rating,信用等级",
    "credit_limit": "creditlimit,信用额度,授信额度",
    "parent": "parent,parentcompany,headoffice,上级单位,上级公司,母公司,总公司",
    "registered_on": "registeredon,registered,registrationdate,"
    "注册时间,注册日期,登记日期",
    "area": "area,salesarea,customerarea,区域,客户区域,所属区域,地区",
    "owner": "owner,responsible,responsibleperson,salesperson,"
    "负责人,操作人,业务员,销售员",
    "team": "responsibledepartment,salesteam,team,负责部门,销售团队",
    "contact_department": "department,contactdepartment,contactsdepartment,"
    "所在部门,部门,联系人部门",
    "gender": "gender,sex,性别,联系人性别",
    "birthday": "birthday,birthdate,dateofbirth,生日,出生日期,联系人生日",
    "superior": "superior,boss,上级主管,主管,直属上级",
    "hobbies": "hobbies,hobby,个人爱好,爱好,兴趣爱好",
    "qq": "qq,qqnumber,qq号,qq号码",
    "messenger": "msn,messenger,wechat,im,微信,其他即时通讯",
    "vat": "vat,taxid,taxnumber,税号,纳税人识别号,统一社会信用代码",
}

_BY_HEADER = {
    header: field for field, headers in FIELDS.items() for header in headers.split(",")
}
_REMARK = re.compile(r"\([^()]*\)")
_SIGNS = re.compile(r"[\W_]+")


def field_for(header):
    """The field that a header names, or None.

    Case, width, spaces, signs and remarks in brackets do not count.

    >>> field_for("客户名称（必填）"), field_for("E-Mail *"), field_for("Shoe size")
    ('name', 'email', None)
    """
    folded = _fold(header)
    return _BY_HEADER.get(_SIGNS.sub("", _REMARK.sub("", folded))) or _BY_HEADER.get(
        _SIGNS.sub("", folded)
    )


def _fold(header):
    return unicodedata.normalize("NFKC", str(header or "")[:200]).casefold()
